import { deepEqual, equal, match } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import {
  launcherPath,
  launcherState,
  writeLauncher,
  type LauncherProgram,
} from '../../../../src/node/connecting/launcher.ts';
import {
  formatTargets,
  parseTargets,
  withTargets,
} from '../../../../src/node/connecting/launcherTargets.ts';
import { makeTempFolder, removeTempFolder } from '../../../support/tempFolder.ts';

describe('the launcher', () => {
  let folder: string;
  let home: string;
  beforeEach(() => {
    folder = makeTempFolder();
    home = join(folder, 'my "own" home');
    mkdirSync(home);
  });
  afterEach(() => removeTempFolder(folder));

  const place = (): { home: string; platform: 'linux' } => ({ home, platform: 'linux' });

  /** A program that says which one it is, what it was given, and what was on its input. */
  function program(name: string): string {
    const path = join(folder, name, 'cli.cjs');
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(
      path,
      `process.stdin.on('data', (d) => (t += d)).on('end', () => {
        console.log(JSON.stringify([${JSON.stringify(name)}, process.argv.slice(2), t, process.env.ELECTRON_RUN_AS_NODE ?? '']));
        process.exitCode = 2;
      }); let t = '';`,
    );
    return path;
  }

  interface Run {
    readonly status: number | null;
    readonly stdout: string;
    readonly stderr: string;
  }

  function run(args: readonly string[], path = '/nowhere'): Run {
    const { status, stdout, stderr } = spawnSync(launcherPath(place()), args, {
      input: 'an event',
      encoding: 'utf8',
      env: { PATH: path, HOME: home },
    });
    return { status, stdout, stderr };
  }

  const write = (
    cli: string,
    more: Partial<LauncherProgram> = {},
  ): ReturnType<typeof writeLauncher> =>
    writeLauncher(place(), { cli, version: '0.1.0', node: process.execPath, ...more });

  it('hands on arguments, input and exit code, whatever the path of the home is', async () => {
    await write(program('version one'));
    const { status, stdout } = run(['hook', 'codex', 'a b', '']);
    equal(status, 2);
    deepEqual(JSON.parse(stdout), ['version one', ['hook', 'codex', 'a b', ''], 'an event', '']);
  });

  it('is written once, for everybody to execute, and always has the same content', async () => {
    equal((await write(program('one'))).isChanged, true);
    const content = readFileSync(launcherPath(place()), 'utf8');
    equal(statSync(launcherPath(place())).mode & 0o777, 0o755);
    equal((await write(program('one'))).isChanged, false);
    equal((await write(program('two'), { version: '9.0.0', node: undefined })).isChanged, true);
    equal(readFileSync(launcherPath(place()), 'utf8'), content);
    chmodSync(launcherPath(place()), 0o644);
    equal((await write(program('two'), { version: '9.0.0', node: undefined })).isChanged, true);
    equal(statSync(launcherPath(place())).mode & 0o777, 0o755);
    deepEqual(readdirSync(dirname(launcherPath(place()))).toSorted(), ['heddle-agents', 'targets']);
  });

  it('starts the newest version, in whatever order they came', async () => {
    await write(program('new'), { version: '0.10.0' });
    await write(program('old'), { version: '0.9.3' });
    match(run(['hook']).stdout, /"new"/);
  });

  it('starts the one before when the newest was uninstalled, and forgets it at the next writing', async () => {
    const gone = program('new');
    await write(program('old'), { version: '0.1.0' });
    await write(gone, { version: '0.2.0' });
    rmSync(gone);
    match(run(['hook']).stdout, /"old"/);
    await write(program('old'), { version: '0.1.0' });
    const targets = readFileSync(join(dirname(launcherPath(place())), 'targets'), 'utf8');
    equal(targets.includes('0.2.0'), false);
  });

  it('takes the recorded Node.js, else that of the path, else the runtime of VS Code', async () => {
    const own = join(folder, 'own node');
    const onPath = join(folder, 'bin');
    const code = join(folder, 'code');
    mkdirSync(onPath);
    for (const [file, name] of [
      [own, 'own'],
      [join(onPath, 'node'), 'path'],
      [code, 'code'],
    ] as const) {
      writeFileSync(file, `#!/bin/sh\necho "${name} $ELECTRON_RUN_AS_NODE"\n`);
      chmodSync(file, 0o755);
    }
    await write(program('one'), { node: own, code });
    equal(run(['hook'], onPath).stdout, 'own \n');
    rmSync(own);
    equal(run(['hook'], onPath).stdout, 'path \n');
    equal(run(['hook']).stdout, 'code 1\n');
  });

  it('reads its input and says nothing when there is nothing to start for a hook', async () => {
    const cli = program('one');
    const path = join(folder, 'bin');
    mkdirSync(path);
    symlinkSync('/bin/cat', join(path, 'cat'));
    await write(cli, { node: join(folder, 'gone') });
    deepEqual(run(['hook', 'codex'], path), { status: 0, stdout: '', stderr: '' });
    rmSync(cli);
    deepEqual(run(['hook', 'codex'], path), { status: 0, stdout: '', stderr: '' });
    rmSync(join(dirname(launcherPath(place())), 'targets'));
    deepEqual(run(['hook', 'codex'], path), { status: 0, stdout: '', stderr: '' });
    const { status, stderr } = run(['list'], path);
    equal(status, 127);
    match(stderr, /there is no Heddle Agents/);
  });

  it('is known to be ready, missing or without a program', async () => {
    deepEqual(await launcherState(place()), { kind: 'missing' });
    const cli = program('one');
    await write(cli);
    deepEqual(await launcherState(place()), { kind: 'ready', cli });
    rmSync(cli);
    deepEqual(await launcherState(place()), { kind: 'no-program' });
    chmodSync(launcherPath(place()), 0o600);
    deepEqual(await launcherState(place()), { kind: 'missing' });
  });

  it('has a twin for Windows beside it there', async () => {
    const windows = { home, platform: 'win32' } as const;
    await writeLauncher(windows, { cli: program('one'), version: '0.1.0' });
    const text = readFileSync(launcherPath(windows), 'utf8');
    match(text, /^@echo off\r\n/);
    equal(/[^\r]\n/.test(text), false);
    equal(existsSync(join(dirname(launcherPath(windows)), 'heddle-agents')), true);
  });
});

describe('the list of the launcher', () => {
  const cli = (
    version: string,
    path = `/${version}`,
  ): { kind: 'cli'; version: string; path: string } => ({ kind: 'cli', version, path });

  it('is read as it was written, and lines without sense are left out', () => {
    const targets = [
      cli('1.0.0', '/a b/cli.cjs'),
      { kind: 'node', version: '-', path: '/n' },
    ] as const;
    deepEqual(parseTargets(formatTargets(targets)), targets);
    deepEqual(parseTargets('\nnonsense\ncli 1.0.0\nother - /x\n'), []);
  });

  it('has the newest first, a release before its trials, and the latest of equal ones', () => {
    const order = withTargets(
      [cli('0.2.0'), cli('0.10.0-beta.1'), cli('0.10.0'), cli('bad')],
      [cli('0.2.0', '/other')],
    );
    deepEqual(
      order.map(({ path }) => path),
      ['/0.10.0', '/0.10.0-beta.1', '/other', '/0.2.0', '/bad'],
    );
  });
});
