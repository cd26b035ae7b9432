import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { IdentitySpecFiles } from '../../../../src/node/identities/identitySpecFiles.ts';
import { writeNewIdentitySpec } from '../../../../src/node/identities/newIdentitySpec.ts';
import { makeTempFolder, removeTempFolder } from '../../../support/tempFolder.ts';
import { named } from './continuityWorld.ts';

const fine = 'agent = "claude"\n';
const hasSentence = /[.!]$/;
/** Each problem says what to do. */
const hasAdvice =
  /\b(?:Rename|Remove|remove|Replace|Save|Correct|correct|Put|Write|write|must|Add)\b/;

describe('Descriptions of agents that somebody spoiled', () => {
  let top: string;
  let files: IdentitySpecFiles;
  beforeEach(() => {
    top = makeTempFolder();
    mkdirSync(join(top, '.heddle', 'identities'), { recursive: true });
    files = new IdentitySpecFiles(top);
  });
  afterEach(() => removeTempFolder(top));

  const at = (name: string): string => join(files.folder, name);

  const spoiled: Readonly<Record<string, (path: string) => void>> = {
    'a folder': (path) => mkdirSync(path),
    'a FIFO': (path) => void execFileSync('mkfifo', [path]),
    'a link to itself': (path) => symlinkSync(path, path),
    'a link to a good one': (path) => symlinkSync('reviewer.toml', path),
    'a device': (path) => symlinkSync('/dev/zero', path),
    '100 MB': (path) => {
      writeFileSync(path, fine);
      truncateSync(path, 100 * 1024 * 1024);
    },
    'NUL bytes': (path) => writeFileSync(path, 'agent = "\0"'),
    'an escape sequence': (path) => writeFileSync(path, 'agent = "\u001b[2Jclaude"'),
    'a half character': (path) => writeFileSync(path, Buffer.from([0x61, 0xc3])),
    'a __proto__ key': (path) => writeFileSync(path, `${fine}__proto__ = 1\n`),
    'a __proto__ table': (path) => writeFileSync(path, `${fine}[__proto__]\nagent = "codex"\n`),
    'a number for a name': (path) => writeFileSync(path, 'agent = 9999999999999999999\n'),
    'a huge integer': (path) => writeFileSync(path, `${fine}[context]\nn = 9007199254740993\n`),
    'an infinite number': (path) => writeFileSync(path, `${fine}[context]\nn = inf\n`),
    'a peer with a path': (path) => writeFileSync(path, `${fine}peers = ["../../etc"]\n`),
    'a key that is a command': (path) => writeFileSync(path, `${fine}command = "rm -rf /"\n`),
    'a conversation to resume': (path) => writeFileSync(path, `${fine}resume = "s-1"\n`),
    'lists without end': (path) => writeFileSync(path, `${fine}a = ${'['.repeat(100_000)}`),
  };
  for (const [what, make] of Object.entries(spoiled)) {
    it(`${what} is one problem with its file and what to do, and hides nobody`, async () => {
      writeFileSync(at('reviewer.toml'), fine);
      make(at('docs.toml'));
      const { files: read, problems } = await files.read();
      assert.deepEqual(
        read.map(({ spec }) => spec.identity),
        ['reviewer'],
      );
      assert.deepEqual(
        problems.map(({ path }) => path),
        [at('docs.toml')],
      );
      const [{ problem } = { problem: '' }] = problems;
      assert.match(problem, hasSentence);
      assert.match(problem, hasAdvice);
      assert.ok(!/[\u0000-\u001f]/.test(problem), problem);
    });
  }

  it('names that are none, or are equal but for case, are told each', async () => {
    const names = [
      'a b',
      '..',
      '-',
      'ReViewer',
      'con',
      'nul.x',
      '\u001b[2J',
      'ümlaut',
      '__proto__',
    ];
    for (const name of ['reviewer', ...names]) writeFileSync(at(`${name}.toml`), fine);
    const { files: read, problems } = await files.read();
    assert.deepEqual(
      read.map(({ spec }) => String(spec.identity)),
      ['-', 'ReViewer', '__proto__'],
    );
    // One that begins with a dot is hidden, as everywhere.
    assert.equal(problems.length, names.length + 1 - 3 - 1);
    for (const { problem } of problems) assert.match(problem, hasAdvice);
  });

  it('thousands of files that are none hide no agent, and are not told one by one for ever', async () => {
    for (let i = 0; i < 4000; i += 1) writeFileSync(at(`a${i}.toml`), '');
    writeFileSync(at('reviewer.toml'), fine);
    const { files: read, problems } = await files.read();
    assert.deepEqual(
      read.map(({ spec }) => spec.identity),
      ['reviewer'],
    );
    assert.equal(problems.length, 1001);
    assert.match(problems.at(-1)?.problem ?? '', /3000 more problems/);
  });

  it('a new one is written only where it was meant to be', async () => {
    const repository = join(top, 'other');
    const elsewhere = join(top, 'elsewhere');
    mkdirSync(repository);
    mkdirSync(elsewhere);
    symlinkSync(elsewhere, join(repository, '.heddle'));
    await assert.rejects(
      writeNewIdentitySpec(repository, named('reviewer'), 'claude'),
      /\.heddle is not a folder of its own; move it away/,
    );
    assert.deepEqual(readdirSync(elsewhere), []);
    execFileSync('mkfifo', [join(top, '.heddle', '.gitignore')]);
    await writeNewIdentitySpec(top, named('reviewer'), 'claude');
    assert.equal((await files.read()).files.length, 1);
  });
});
