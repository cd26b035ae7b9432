import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RosterError } from '../../../../src/core/identities/rosterProvider.ts';
import {
  IdentitySpecFiles,
  type IdentitySpecs,
} from '../../../../src/node/identities/identitySpecFiles.ts';
import type { IdentitySpecProblem } from '../../../../src/node/identities/identitySpecProblem.ts';
import { writeNewIdentitySpec } from '../../../../src/node/identities/newIdentitySpec.ts';
import { identitySpecFields } from '../../../../src/node/identities/parseIdentitySpec.ts';
import { makeTempFolder, removeTempFolder } from '../../../support/tempFolder.ts';
import { GitSandbox } from '../gitSandbox.ts';
import { named } from './continuityWorld.ts';

describe('IdentitySpecFiles', () => {
  let top: string;
  let files: IdentitySpecFiles;
  beforeEach(() => {
    top = makeTempFolder();
    mkdirSync(join(top, '.heddle', 'identities'), { recursive: true });
    files = new IdentitySpecFiles(top);
  });
  afterEach(() => removeTempFolder(top));

  const write = (name: string, content: string | Buffer): void =>
    writeFileSync(join(files.folder, name), content);
  const names = ({ files: read }: IdentitySpecs): readonly string[] =>
    read.map(({ spec }) => spec.identity);
  async function onlyProblem(): Promise<IdentitySpecProblem> {
    const { problems } = await files.read();
    assert.equal(problems.length, 1, JSON.stringify(problems));
    assert.ok(problems[0]);
    return problems[0];
  }

  it('has no agents where there is no folder', async () => {
    rmSync(files.folder, { recursive: true });
    assert.deepEqual(await files.read(), { files: [], problems: [] });
    assert.deepEqual(await files.roster(), []);
  });

  it('12: reads everything that a file can say', async () => {
    write(
      'reviewer.toml',
      `agent = "claude"
display_name = "Code reviewer"
addressability = "internal_only"
instructions = ["Review.", """
Never edit.
"""]
peers = ["docs", "docs", "backend"]
[labels]
team = "platform"
[context]
branch = "main"
depth = 3
ratio = 0.5
isStrict = true
since = 2026-01-01T00:00:00Z
list = [1, { a = "b" }]
`,
    );
    write('docs.toml', 'agent = "codex"\ninstructions = "Write."\n');
    write('backend.toml', 'agent = "my.own-agent"\n');
    const { files: read, problems } = await files.read();
    assert.deepEqual(problems, []);
    const specs = read.map(({ spec }) => spec);
    assert.deepEqual(specs, await files.roster());
    assert.deepEqual(specs, [
      {
        ...{ identity: 'backend', profile: 'my.own-agent', addressability: 'addressable' },
        ...{ labels: {}, additionalInstructions: [], peers: [] },
      },
      {
        ...{ identity: 'docs', profile: 'codex', addressability: 'addressable' },
        ...{ labels: {}, additionalInstructions: ['Write.'], peers: [] },
      },
      {
        ...{ identity: 'reviewer', profile: 'claude', addressability: 'internal_only' },
        ...{ displayName: 'Code reviewer', labels: { team: 'platform' } },
        context: {
          ...{ branch: 'main', depth: 3, ratio: 0.5, isStrict: true },
          ...{ since: '2026-01-01T00:00:00Z', list: [1, { a: 'b' }] },
        },
        additionalInstructions: ['Review.', 'Never edit.'],
        peers: ['docs', 'backend'],
      },
    ]);
  });

  it('tells a file that was changed by its digest, and sees each change', async () => {
    write('docs.toml', 'agent = "codex"\n');
    const before = (await files.read()).files[0];
    assert.deepEqual((await files.read()).files[0], before);
    write('docs.toml', 'agent = "claude"\n');
    const after = (await files.read()).files[0];
    assert.equal(after?.spec.profile, 'claude');
    assert.notEqual(after.digest, before?.digest);
    rmSync(join(files.folder, 'docs.toml'));
    assert.deepEqual((await files.read()).files, []);
  });

  const fine = 'agent = "claude"\n';
  const bad: Readonly<Record<string, readonly [string | Buffer, RegExp, string?, number?]>> = {
    'no agent': ['peers = []\n', /"agent" is missing; name a coding agent/, 'agent'],
    'an agent that is a command line': [
      'agent = "claude --yolo"\n',
      /"agent" must be the id of a coding agent/,
      ...(['agent', 1] as const),
    ],
    'a command': [`${fine}command = "rm"\n`, /never says what is run; remove it/, 'command', 2],
    'a field that is misspelt': [
      `${fine}\ninstruction = "x"\n`,
      /"instruction" is not known; remove or correct it\. There are agent,/,
      ...(['instruction', 3] as const),
    ],
    'an addressability that is none': [
      `${fine}addressability = "public"\n`,
      /must be "addressable" or "internal_only"/,
      ...(['addressability', 2] as const),
    ],
    'a name of two lines': [
      `${fine}display_name = "a\\nb"\n`,
      /must be one line of 1 to 100 characters/,
      ...(['display_name', 2] as const),
    ],
    'instructions that are a number': [
      `${fine}instructions = 7\n`,
      /must be a text, or a list of texts/,
      ...(['instructions', 2] as const),
    ],
    'a label that is a number': [
      `${fine}[labels]\nteam = 7\n`,
      /"labels\.team" must be one line/,
      ...(['labels.team', 2] as const),
    ],
    'labels that are a list': [`${fine}labels = []\n`, /must be a table/, 'labels', 2],
    'a peer that is a path': [
      `${fine}peers = ["../docs"]\n`,
      /"peers\[0\]" is "\.\.\/docs", which is not the name of an agent/,
      ...(['peers[0]', 2] as const),
    ],
    'itself as a peer': [`${fine}peers = ["bad"]\n`, /names the agent itself/, 'peers', 2],
    'a number that JSON cannot keep': [
      `${fine}[context]\na = 9223372036854775807\n`,
      /"context\.a" is not a value that can be kept; write it as a text/,
      ...(['context.a', 2] as const),
    ],
    'a context that is too deep': [
      `${fine}context.a${'.a'.repeat(20)} = 1\n`,
      /nested more than 16 deep/,
      ...(['context', 2] as const),
    ],
    'a bomb of dots': [`${fine}context.a${'.a'.repeat(100_000)} = 1\n`, /deep/],
    'a bomb of dots and a time': [
      `${fine}context.a${'.a'.repeat(100_000)} = 2026-01-01T00:00:00Z\n`,
      /deep/,
    ],
    'a bomb of tables': [
      `${fine}context = ${'{a='.repeat(50_000)}1${'}'.repeat(50_000)}\n`,
      /excessively nested/,
    ],
    'many values': [`${fine}context.a = [${'1,'.repeat(20_000)}]\n`, /more than 10000 values/],
    'half a line': [`${fine}peers = [\n`, /not valid TOML: .+ Correct line/],
    'bytes that are no text': [Buffer.from([0x61, 0xff, 0xfe]), /not valid UTF-8\. Save it/],
    'a large file': ['#'.repeat(256 * 1024 + 1), /too large/],
    'an empty file': ['', /"agent" is missing/],
    'a field of every object': [`${fine}__proto__ = { a = 1 }\n`, /"__proto__" is not known/],
  };
  for (const [title, [content, problem, field, line]] of Object.entries(bad)) {
    it(`${title} is one clear problem, and the others are read`, async () => {
      write('alpha.toml', fine);
      write('bad.toml', content);
      write('zeta.toml', fine);
      assert.deepEqual(names(await files.read()), ['alpha', 'zeta']);
      const found = await onlyProblem();
      assert.equal(found.path, join(files.folder, 'bad.toml'));
      assert.equal(found.severity, 'error');
      assert.match(found.problem, problem);
      if (field !== undefined) assert.equal(found.field, field);
      if (line !== undefined) assert.equal(found.line, line);
    });
  }

  for (const name of ['two words', '-x y', 'ü', 'con', 'a.', 'x'.repeat(101)]) {
    it(`a file named ${name.slice(0, 20)} is a problem`, async () => {
      write(`${name}.toml`, fine);
      assert.match((await onlyProblem()).problem, /\. Rename or correct the file\.$/);
    });
  }

  it('what is hidden or no TOML is left alone', async () => {
    for (const name of ['.toml', '.docs.toml', 'docs.toml~', 'README.md']) write(name, 'x');
    assert.deepEqual(await files.read(), { files: [], problems: [] });
  });

  it('of names that differ in case only, the first is read', async () => {
    write('Docs.toml', fine);
    write('docs.toml', fine);
    assert.deepEqual(names(await files.read()), ['Docs']);
    assert.match(
      (await onlyProblem()).problem,
      /differs from Docs\.toml in upper and lower case only/,
    );
  });

  it('a bad file takes no name from a good one', async () => {
    write('Docs.toml', 'x');
    write('docs.toml', fine);
    assert.deepEqual(names(await files.read()), ['docs']);
  });

  it('a peer of whom there is no description is a warning', async () => {
    write('docs.toml', `${fine}peers = ["nobody"]\n`);
    assert.deepEqual(names(await files.read()), ['docs']);
    const { severity, problem } = await onlyProblem();
    assert.equal(severity, 'warning');
    assert.match(problem, /"peers" names nobody.*Add nobody\.toml, or remove the name/);
  });

  it('neither a link to a file nor a folder is read', async () => {
    const elsewhere = join(top, 'elsewhere.toml');
    writeFileSync(elsewhere, fine);
    symlinkSync(elsewhere, join(files.folder, 'linked.toml'));
    mkdirSync(join(files.folder, 'folder.toml'));
    const { files: read, problems } = await files.read();
    assert.deepEqual(read, []);
    assert.match(problems[0]?.problem ?? '', /It is a folder/);
    assert.match(problems[1]?.problem ?? '', /It is a symbolic link/);
  });

  it('a folder that leads out of the repository is not read', async () => {
    const repository = join(top, 'repository');
    mkdirSync(join(repository, '.heddle'), { recursive: true });
    write('docs.toml', fine);
    symlinkSync(files.folder, join(repository, '.heddle', 'identities'));
    const { files: read, problems } = await new IdentitySpecFiles(repository).read();
    assert.deepEqual(read, []);
    assert.match(problems[0]?.problem ?? '', /outside of .*repository/);
    const inside = new IdentitySpecFiles(top);
    assert.deepEqual(names(await inside.read()), ['docs']);
  });

  it('fails only when the folder itself is none', async () => {
    rmSync(files.folder, { recursive: true });
    writeFileSync(files.folder, '');
    await assert.rejects(files.roster(), (error) => {
      assert.ok(error instanceof RosterError);
      assert.match(error.message, /Check that it is a folder/);
      return true;
    });
  });

  it('12: an edge is there when either names the other and both are described and targets', async () => {
    write('a.toml', `${fine}peers = ["b", "nobody"]\n`);
    write('b.toml', `${fine}peers = ["a", "c"]\n`);
    write('c.toml', fine);
    const roster = await files.roster();
    const [a, b, c] = [named('a'), named('b'), named('c')];
    assert.deepEqual(await files.computeEdges([a, b, c, named('nobody')], roster), [
      { a, b },
      { a: b, b: c },
    ]);
    assert.deepEqual(await files.computeEdges([c, b], roster), [{ a: b, b: c }]);
    assert.deepEqual(await files.computeEdges([], roster), []);
  });

  it('reads two thousand agents and says that there are more', async () => {
    for (let i = 0; i < 2001; i += 1) write(`agent-${String(i).padStart(4, '0')}.toml`, fine);
    assert.equal((await files.read()).files.length, 2000);
    assert.match((await onlyProblem()).problem, /more than 2000 agents/);
  });
});

describe('A new description of an agent', () => {
  let git: GitSandbox;
  let repository: string;
  beforeEach(() => {
    git = new GitSandbox();
    repository = git.repository('main');
  });
  afterEach(() => git.dispose());

  it('can be read, can be uncommented, and is never written over', async () => {
    const path = await writeNewIdentitySpec(repository, named('reviewer'), 'codex');
    const files = new IdentitySpecFiles(repository);
    const [file] = (await files.read()).files;
    assert.equal(file?.path, path);
    assert.deepEqual(file.spec, {
      ...{ identity: 'reviewer', profile: 'codex', addressability: 'addressable' },
      ...{ labels: {}, additionalInstructions: [], peers: [] },
    });
    await assert.rejects(writeNewIdentitySpec(repository, named('reviewer'), 'claude'), /EEXIST/);

    const text = readFileSync(path, 'utf8').replaceAll(/^# (?=[a-z_]+ = |\[|You |""")/gm, '');
    writeFileSync(path, text);
    const { files: read, problems } = await files.read();
    assert.ok(problems.every(({ severity }) => severity === 'warning'));
    const { spec } = read[0] ?? assert.fail(JSON.stringify(problems));
    assert.deepEqual(Object.keys(spec).length, 8);
    for (const field of identitySpecFields) assert.match(text, new RegExp(`^\\[?${field}`, 'm'));
  });

  it('is seen by git also where all of .heddle was ignored, and nothing else is', async () => {
    mkdirSync(join(repository, '.heddle'));
    writeFileSync(join(repository, '.heddle', '.gitignore'), '*\n');
    writeFileSync(join(repository, '.heddle', 'state'), '');
    await writeNewIdentitySpec(repository, named('reviewer'), 'codex');
    const status = git.git(repository, 'status', '--porcelain', '--untracked-files=all');
    assert.equal(status, '?? .heddle/identities/reviewer.toml');
  });

  it('leaves an ignore file alone that somebody wrote', async () => {
    const ignore = join(repository, '.heddle', '.gitignore');
    mkdirSync(join(repository, '.heddle'));
    writeFileSync(ignore, '*\n!notes\n');
    await writeNewIdentitySpec(repository, named('reviewer'), 'codex');
    assert.equal(readFileSync(ignore, 'utf8'), '*\n!notes\n');
  });
});

describe('The schema of descriptions', () => {
  it('knows the fields that are read, and no others', () => {
    const path = new URL('../../../../media/identity.schema.json', import.meta.url);
    const schema = JSON.parse(readFileSync(path, 'utf8')) as {
      readonly properties: Readonly<Record<string, { readonly description?: string }>>;
      readonly additionalProperties: boolean;
    };
    assert.deepEqual(Object.keys(schema.properties), [...identitySpecFields]);
    assert.equal(schema.additionalProperties, false);
    for (const { description } of Object.values(schema.properties)) assert.ok(description);
  });
});
