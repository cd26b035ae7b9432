import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codexRecipe } from '../../src/harnesses/connecting/codexRecipe.ts';
import { sampleEdit } from '../../src/harnesses/sampleEdit.ts';
import { refusalCheck } from '../../src/node/doctor/refusalCheck.ts';
import { cliPath } from '../support/cliPath.ts';
import { makeTempFolder, removeTempFolder } from '../support/tempFolder.ts';
import { ended, type CliEnd } from './cli/spawnCli.ts';

interface Report {
  readonly checks: readonly { readonly id: string; readonly verdict: string }[];
}

describe('the doctor', () => {
  let folder: string;
  let repository: string;
  beforeEach(() => {
    folder = makeTempFolder();
    repository = join(folder, 'repo');
    for (const name of ['repo/.git', 'home', 'bin', 'tmp']) {
      mkdirSync(join(folder, name), { recursive: true });
    }
  });
  afterEach(() => removeTempFolder(folder));

  function run(...args: readonly string[]): Promise<CliEnd> {
    const env = {
      ...process.env,
      PATH: `${join(folder, 'bin')}:/usr/bin:/bin`,
      HOME: join(folder, 'home'),
      USERPROFILE: join(folder, 'home'),
      TMPDIR: join(folder, 'tmp'),
      TEMP: join(folder, 'tmp'),
      CODEX_HOME: '',
      CLAUDE_CONFIG_DIR: '',
    };
    return ended(spawn(process.execPath, [cliPath(), ...args], { cwd: repository, env }));
  }

  /** Every file with its content. */
  function files(): readonly string[] {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .sort()
      .map((name) => {
        const path = join(folder, name);
        return statSync(path).isFile() ? `${name}: ${readFileSync(path, 'latin1')}` : name;
      });
  }

  async function verdicts(): Promise<{
    readonly code: number | null;
    readonly of: ReadonlyMap<string, string>;
  }> {
    const { code, stdout } = await run('doctor', '--json');
    const { checks } = JSON.parse(stdout) as Report;
    return { code, of: new Map(checks.map(({ id, verdict }) => [id, verdict])) };
  }

  it('says what to do where there is no registry, in words and by its exit code', async () => {
    const { code, stdout } = await run('doctor');
    assert.equal(code, 1);
    assert.match(stdout, /Run "heddle-agents init"/);
    assert.match(stdout, /1 problem\.\n$/);
  });

  if (process.platform !== 'win32') {
    it('tries each connected agent with the real hook, and changes nothing', async () => {
      for (const name of ['claude', 'codex']) {
        writeFileSync(join(folder, 'bin', name), '#!/bin/sh\necho "7.8.9 (test)"\n');
        chmodSync(join(folder, 'bin', name), 0o755);
      }
      assert.equal((await run('init')).code, 0);
      assert.equal((await run('connect', 'claude-code', 'codex')).code, 0);
      const before = files();

      const { code, of } = await verdicts();
      assert.equal(code, 1);
      assert.equal(of.get('registry'), 'ok');
      assert.equal(of.get('flock'), 'ok');
      assert.equal(of.get('launcher'), 'ok');
      for (const agent of ['claude-code', 'codex']) {
        assert.equal(of.get(`${agent}.installed`), 'ok');
        assert.equal(of.get(`${agent}.connected`), 'ok');
        assert.equal(of.get(`${agent}.fired`), 'warning');
        assert.equal(of.get(`${agent}.refuses`), 'ok');
      }
      assert.equal(of.get('codex.trusted'), 'problem');
      assert.deepEqual(files(), before);

      const hooks = join(repository, '.codex', 'hooks.json');
      mkdirSync(join(folder, 'home', '.codex'));
      writeFileSync(
        join(folder, 'home', '.codex', 'config.toml'),
        `[hooks.state.${JSON.stringify(`${hooks}:pre_tool_use:0:0`)}]\ntrusted_hash = "sha256:0"\n`,
      );
      const later = await verdicts();
      assert.equal(later.of.get('codex.trusted'), 'ok');
      assert.equal(later.code, 0);
    });
  }

  it('shows the answers to recorded events, which share a repository of their own', async () => {
    const events = join(folder, 'events');
    mkdirSync(events);
    const edit = { cwd: '/home/me/app', file: '/home/me/app/a b.txt' };
    const write = (name: string, payload: unknown): void =>
      writeFileSync(join(events, name), JSON.stringify(payload));
    write('1.json', sampleEdit('claude-code', edit));
    write('2.json', [sampleEdit('codex', edit), sampleEdit('gemini-cli', edit), { odd: true }]);
    writeFileSync(join(events, 'note.txt'), 'no event');
    const before = files();

    const { code, stdout } = await run('doctor', '--simulate', events, '--json');
    assert.equal(code, 0);
    const { events: shown } = JSON.parse(stdout) as {
      readonly events: readonly {
        readonly name: string;
        readonly harness: string | null;
        readonly event: string | null;
        readonly exit_code: number;
        readonly stdout: string;
        readonly stderr: string;
      }[];
    };
    assert.deepEqual(
      shown.map(({ name, harness, event }) => [name, harness, event]),
      [
        ['1.json', 'claude-code', 'PreToolUse'],
        ['2.json [0]', 'codex', 'PreToolUse'],
        ['2.json [1]', 'gemini-cli', 'BeforeTool'],
        ['2.json [2]', null, null],
      ],
    );
    const [first, second, third, odd] = shown;
    assert.equal(first?.stdout, '');
    assert.match(second?.stdout ?? '', /"permissionDecision":"deny".*a b\.txt/);
    assert.match(third?.stdout ?? '', /"decision":"deny"/);
    assert.equal(odd?.stdout, '');
    assert.deepEqual(files(), before);
  });

  it('refuses what is no recorded event, and names the file', async () => {
    const file = join(folder, 'event.json');
    for (const text of ['{', '3', '[1]']) {
      writeFileSync(file, text);
      const { code, stderr } = await run('doctor', '--simulate', file);
      assert.equal(code, 2, text);
      assert.match(stderr, /event\.json/);
    }
    assert.equal((await run('doctor', '--simulate', join(folder, 'bin'))).code, 2);
  });

  describe('tries out a hook', () => {
    const check = (script: string) =>
      refusalCheck({ id: 'x', title: 'x' }, codexRecipe, {
        program: { command: process.execPath, args: ['-e', script] },
        editOf: sampleEdit,
      });

    it('and notices one that refuses nothing', async () => {
      const { verdict, finding } = await check('console.error("sorry"); process.exit(1)');
      assert.equal(verdict, 'problem');
      assert.match(finding, /not refused.*ended with 1.*sorry/);
    });

    it('and one that refuses everything', async () => {
      const { verdict, finding } = await check('console.log(JSON.stringify({decision:"deny"}))');
      assert.equal(verdict, 'problem');
      assert.match(finding, /nobody holds was refused/);
    });
  });
});
