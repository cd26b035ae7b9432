import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cliPath } from '../../support/cliPath.ts';
import { makeTempFolder, removeTempFolder } from '../../support/tempFolder.ts';
import { ended, type CliEnd } from './spawnCli.ts';

interface Connections {
  readonly scope: string;
  readonly connections: readonly {
    readonly harness: string;
    readonly state: string;
    readonly problem?: string;
  }[];
}

const settings = '{\n  // mine\n  "model": "opus" // best\n}\n';

describe('connect and disconnect as a process', () => {
  let folder: string;
  let repo: string;
  let home: string;
  let file: string;
  beforeEach(() => {
    folder = makeTempFolder();
    repo = join(folder, 'repo');
    home = join(folder, 'my home');
    file = join(repo, '.claude/settings.local.json');
    mkdirSync(join(repo, '.claude'), { recursive: true });
    mkdirSync(join(home, 'bin'), { recursive: true });
    execFileSync('git', ['init', '-q', repo]);
    writeFileSync(file, settings);
  });
  afterEach(() => removeTempFolder(folder));

  function run(...args: readonly string[]): Promise<CliEnd> {
    const env = { ...environment(), PATH: `${join(home, 'bin')}:/usr/bin:/bin` };
    return ended(spawn(process.execPath, [cliPath(), ...args], { cwd: repo, env }));
  }

  /** Without what would lead to the person's own settings. */
  function environment(): NodeJS.ProcessEnv {
    const env = { ...process.env };
    for (const name of ['CLAUDE_CONFIG_DIR', 'CODEX_HOME', 'XDG_CONFIG_HOME']) delete env[name];
    return { ...env, HOME: home, USERPROFILE: home };
  }

  it('connects, says so again without a change, checks, and undoes it to the byte', async () => {
    const first = await run('connect', 'claude-code', 'codex');
    equal(first.code, 0, first.stderr);
    match(first.stdout, /Made the registry.*\nClaude Code connected in .*settings\.local\.json\./);
    match(first.stdout, /Codex connected in .*\n.*trusted in Codex.*\n.*"\/hooks"/);
    const text = readFileSync(file, 'utf8');
    const again = await run('connect', 'claude-code', 'codex', '--json');
    deepEqual(
      (JSON.parse(again.stdout) as Connections).connections.map(({ state }) => state),
      ['unchanged', 'unchanged'],
    );
    equal(readFileSync(file, 'utf8'), text);
    equal((await run('connect', '--check', 'claude-code', 'codex')).code, 0);

    const end = await run('disconnect');
    equal(end.code, 0);
    match(end.stdout, /^Claude Code disconnected .*\nCodex disconnected .*\n$/);
    equal(readFileSync(file, 'utf8'), settings);
    ok(!existsSync(join(repo, '.codex')));
    equal((await run('disconnect')).stdout, 'No local connection was found.\n');
    equal((await run('connect', '--check', 'claude-code')).code, 1);
  });

  it('shows what would change as a diff that git can apply, and writes nothing', async () => {
    const { code, stdout } = await run('connect', 'claude-code', '--dry-run');
    equal(code, 0);
    match(stdout, /^--- a\/.*settings\.local\.json\n\+\+\+ b\//);
    equal(readFileSync(file, 'utf8'), settings);
    ok(!existsSync(join(home, '.heddle-agents')) && !existsSync(join(repo, '.heddle')));
    execFileSync('git', ['apply', '--unsafe-paths', '--directory=/', '-'], {
      cwd: '/',
      input: stdout,
    });
    const applied = readFileSync(file, 'utf8');
    writeFileSync(file, settings);
    await run('connect', 'claude-code');
    equal(readFileSync(file, 'utf8'), applied);
  });

  it('connects all that are installed when none is named', async () => {
    for (const name of ['claude', 'gemini']) {
      writeFileSync(join(home, 'bin', name), '#!/bin/sh\n');
      chmodSync(join(home, 'bin', name), 0o755);
    }
    const { stdout } = await run('connect', '--json');
    const harnesses = (JSON.parse(stdout) as Connections).connections.map(({ harness }) => harness);
    ok(harnesses.includes('claude-code') && harnesses.includes('gemini-cli'), stdout);
  });

  it('writes the settings of the person with --user, and makes no registry for that', async () => {
    equal((await run('connect', 'claude-code', '--user')).code, 0);
    ok(readFileSync(join(home, '.claude/settings.json'), 'utf8').includes('hook claude-code'));
    ok(!existsSync(join(repo, '.heddle')));
    equal(readFileSync(file, 'utf8'), settings);
    equal((await run('disconnect', '--user')).code, 0);
    ok(!existsSync(join(home, '.claude')));
  });

  it('connects the others when one cannot be, and exits with 1', async () => {
    writeFileSync(file, '{ broken');
    const { code, stdout } = await run('connect', 'claude-code', 'codex', '--json');
    equal(code, 1);
    const { connections } = JSON.parse(stdout) as Connections;
    deepEqual(
      connections.map(({ state }) => state),
      ['failed', 'changed'],
    );
    match(connections[0]?.problem ?? '', /settings\.local\.json is not valid JSON/);
    equal(readFileSync(file, 'utf8'), '{ broken');
  });

  it('the hook of the settings reaches the program through the launcher', async () => {
    await run('connect', 'claude-code');
    const text = readFileSync(file, 'utf8');
    const command = /"command": ("(?:[^"\\]|\\.)*")/.exec(text)?.[1];
    const line = JSON.parse(command ?? '""') as string;
    const version = execFileSync(
      '/bin/sh',
      ['-c', line.replace(/hook claude-code$/, '--version')],
      {
        cwd: repo,
        env: { HOME: home, PATH: '/bin:/usr/bin' },
        encoding: 'utf8',
      },
    );
    match(version, /^\d+\.\d+\.\d+/);
  });

  it('refuses wrong names and flags that exclude each other', async () => {
    for (const args of [
      ['connect', 'nobody'],
      ['connect', '--user', '--shared'],
      ['connect', 'codex', '--check', '--dry-run'],
      ['disconnect', 'nobody'],
    ]) {
      const { code, stderr } = await run(...args);
      equal(code, 2, args.join(' '));
      match(stderr, /^heddle-agents: /);
    }
    ok(!existsSync(join(home, '.heddle-agents')));
  });
});
