import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { once } from 'node:events';
import { openSync, closeSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { version } from '../../../package.json';
import { cliPath } from '../../support/cliPath.ts';
import { eventually } from '../../support/eventually.ts';
import { copyFixtures } from '../../support/fixtures.ts';
import { makeAgentsFolder, makeTempFolder, removeTempFolder } from '../../support/tempFolder.ts';
import { copyVerbs, ended, runCliProcess, spawnCli } from './spawnCli.ts';

interface AgentsDocument {
  readonly agents: readonly { readonly session_id: string; readonly thread: string }[];
}

describe('heddle-agents as a process', () => {
  let root: string;
  let folder: string;
  beforeEach(() => {
    root = makeTempFolder();
    folder = makeAgentsFolder(root);
  });
  afterEach(() => removeTempFolder(root));

  it('the built file names its version and finds the root of the working directory', async () => {
    equal((await runCliProcess(['--version'])).stdout, `${version}\n`);
    const { code, stdout } = await runCliProcess(['init', '--json'], { cwd: root });
    equal(code, 0);
    deepEqual(JSON.parse(stdout), { root, folder, created: false });
  });

  it('help and reading need no native code', async () => {
    copyFixtures('heddle-agents', folder);
    // Beside this copy there is no node_modules from which anything could be loaded.
    const cli = copyVerbs(root);
    for (const args of [['--help'], ['list'], ['show', 'agent-full'], ['chain', 'agent-cycle-a']]) {
      const { code, stderr } = await runCliProcess(args, { cwd: root, cli });
      deepEqual([code, stderr], [0, ''], args.join(' '));
    }
    const { code, stdout } = await runCliProcess(['register', '--json'], { cwd: root, cli });
    equal(code, 1);
    match(stdout, /^\{"error":\{"code":"lock-unavailable","message":"[^\n]+"\}\}\n$/);
  });

  it('of two that reserve at once one wins, and the other is told who', async () => {
    const args = ['reserve', 'main', '--json', '--hold-for-pid', String(process.pid)];
    const ends = await Promise.all([1, 2, 3].map(() => runCliProcess(args, { cwd: root })));
    deepEqual(ends.map(({ code }) => code).sort(), [0, 3, 3]);
    const ids = ends.map(
      ({ stdout }) => (JSON.parse(stdout) as { agent: { session_id: string } }).agent.session_id,
    );
    equal(new Set(ids).size, 1);
  });

  it('a large result arrives whole through a slow pipe', async () => {
    writeEntries(folder, 2000);
    const child = spawnCli(['list', '--json'], { cwd: root });
    child.stdout.pause();
    await once(child.stdout, 'readable');
    const { code, stdout } = await ended(child);
    equal(code, 0);
    equal((JSON.parse(stdout) as AgentsDocument).agents.length, 2000);
  });

  it('a reader that goes away early is no crash', async () => {
    writeEntries(folder, 2000);
    for (const args of [['list'], ['list', '--json'], ['--help']]) {
      const child = spawnCli(args, { cwd: root });
      child.stdout.destroy();
      let stderr = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
      const [code, signal] = (await once(child, 'close')) as unknown[];
      deepEqual([code, signal, stderr], [0, null, ''], args.join(' '));
    }
  });

  it('watch ends with 0 on SIGINT and on SIGTERM', async () => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      const child = spawnCli(['watch', '--json'], { cwd: root });
      const end = ended(child);
      await once(child.stdout, 'data');
      child.kill(signal);
      const { code, stdout } = await end;
      equal(code, 0, signal);
      equal(stdout, '{"type":"snapshot","agents":[],"broken":[]}\n');
    }
  });

  it('watch ends with 0 when nobody reads any more', async () => {
    const child = spawnCli(['watch', '--json'], { cwd: root });
    await once(child.stdout, 'data');
    child.stdout.destroy();
    const closed = once(child, 'close');
    await runCliProcess(['register'], { cwd: root });
    deepEqual(await closed, [0, null]);
  });

  it('watch shows what another process does, and the death of a process', async () => {
    const holder = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const child = spawnCli(['watch'], { cwd: root });
    const end = ended(child);
    let text = '';
    child.stdout.on('data', (chunk: string) => (text += chunk));
    child.stderr.on('data', (chunk: string) => (text += chunk));
    await runCliProcess(['reserve', 'main', '--hold-for-pid', String(holder.pid)], { cwd: root });
    await eventually('the reservation is shown', () => /on main {2}alive|main .*agent-/.test(text));
    holder.kill('SIGKILL');
    await eventually('the death is shown', () => /alive > dead {2}Process \d+ is gone/.test(text));
    child.kill('SIGTERM');
    equal((await end).code, 0);
  });

  it('a stopped verb that wrote nothing reports no stack', async () => {
    writeFileSync(join(folder, 'agent-x.toml'), 'half = ');
    const { code, stderr } = await runCliProcess(['show', 'agent-x'], { cwd: root });
    equal(code, 1);
    match(stderr, /^heddle-agents: agent-x\.toml cannot be read [^\n]+\n$/);
  });

  if (process.platform === 'linux') {
    it('a full disk fails with a sentence', async () => {
      copyFixtures('heddle-agents', folder);
      const full = openSync('/dev/full', 'w');
      const child = spawn(process.execPath, [cliPath(), 'list', '--json'], {
        cwd: root,
        stdio: ['ignore', full, 'pipe'],
      });
      let stderr = '';
      child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
      const [code] = (await once(child, 'close')) as unknown[];
      closeSync(full);
      equal(code, 1);
      match(stderr, /^heddle-agents: The result could not be written \(ENOSPC[^\n]+\n$/);
    });

    it('a place where nobody may write fails with a sentence', async () => {
      const { code, stdout } = await runCliProcess(['init', '--root', '/proc', '--json']);
      equal(code, 1);
      const { error } = JSON.parse(stdout) as { error: { code: string; message: string } };
      equal(error.code, 'io');
      ok(error.message.startsWith('/proc/.heddle/agents cannot be made'));
    });
  }
});

function writeEntries(folder: string, count: number): void {
  for (let i = 0; i < count; i += 1) {
    const id = `agent-${i}`;
    const lines = [
      `session_id = "${id}"`,
      `thread = "feature/${i}"`,
      'base_state = "unknown"',
      'started_at = "2026-11-20T09:15:00Z"',
      'status = "active"',
    ];
    writeFileSync(join(folder, `${id}.toml`), `${lines.join('\n')}\n`);
  }
}
