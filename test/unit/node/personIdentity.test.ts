import { strict as assert } from 'node:assert';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseGitUserName, personName } from '../../../src/node/personIdentity.ts';
import { withTempFolder } from '../../support/tempFolder.ts';

describe('parseGitUserName', () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['[user]\n\tname = Ada Lovelace\n', 'Ada Lovelace'],
    ['[USER]\r\n  Name=Ada\r\n', 'Ada'],
    ['[user] name = Ada\n', 'Ada'],
    ['[user]\nname = "Ada # \\"L\\"" ; a comment\n', 'Ada # "L"'],
    ['[user]\nname = Ada # who else\n', 'Ada'],
    ['[user]\nname = Ada\nname = Grace\n', 'Grace'],
    ['[user "x"]\nname = Ada\n', undefined],
    ['[author]\nname = Ada\n', undefined],
    ['[user]\nemail = a@b\n[core]\nname = no\n', undefined],
    ['[user]\nname =\n', undefined],
    ['[user]\nname = A\u202eda \u001b[31m\n', 'A da [31m'],
    ['', undefined],
  ];
  for (const [config, expected] of cases) {
    it(`reads ${JSON.stringify(config)}`, () => {
      assert.equal(parseGitUserName(config), expected);
    });
  }
});

describe('personName', () => {
  it('takes the name of the repository above the folder, also in a linked worktree', async () => {
    await withTempFolder((root) => {
      const git = join(root, 'main', '.git');
      const deep = join(root, 'main', 'src', 'deep');
      const linked = join(root, 'linked');
      mkdirSync(join(git, 'worktrees', 'linked'), { recursive: true });
      mkdirSync(deep, { recursive: true });
      mkdirSync(linked);
      writeFileSync(join(git, 'config'), '[user]\n\tname = Repo Person\n');
      writeFileSync(join(git, 'worktrees', 'linked', 'commondir'), '../..\n');
      writeFileSync(join(linked, '.git'), `gitdir: ${join(git, 'worktrees', 'linked')}\n`);

      assert.equal(personName(deep), 'Repo Person');
      assert.equal(personName(linked), 'Repo Person');
    });
  });

  it('always finds some name', async () => {
    await withTempFolder((folder) => assert.notEqual(personName(folder), ''));
  });
});
