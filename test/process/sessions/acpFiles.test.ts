import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { EditorPort } from '../../../src/core/acp/editorPort.ts';
import { isProcessGone } from '../../../src/node/processGone.ts';
import { AcpWorld, type RunningSession, type Step } from '../../support/agents/acp/acpWorld.ts';
import { eventually } from '../../support/eventually.ts';

describe('files and commands that an agent has through us', () => {
  let world: AcpWorld;
  beforeEach(async () => {
    world = await AcpWorld.make({ 'a.txt': 'one\ntwo\nthree\n', 'bin/run': '#!/bin/sh\n' });
  });
  afterEach(() => world.end());

  const answersTo = async (...steps: readonly Step[]): Promise<readonly unknown[]> => {
    const session = await world.run([...steps, ['answers']]);
    await session.done();
    return session.answers.slice(1);
  };
  const errors = (answers: readonly unknown[]): readonly string[] =>
    answers.map((answer) => (answer as { readonly error?: string }).error ?? 'no error');

  it('are read as a whole or by lines', async () => {
    deepEqual(
      await answersTo(
        ['read', world.path('a.txt')],
        ['read', world.path('a.txt'), 2, 1],
        ['read', world.path('a.txt'), 3],
      ),
      [{ content: 'one\ntwo\nthree\n' }, { content: 'two' }, { content: 'three\n' }],
    );
  });

  it('are written, also new ones, each edit told once', async () => {
    await answersTo(
      ['write', world.path('a.txt'), 'ONE\n'],
      ['write', world.path('new/deep/b.txt'), 'B\n'],
    );
    deepEqual([world.read('a.txt'), world.read('new/deep/b.txt')], ['ONE\n', 'B\n']);
    const edited = await world.activity('file-edited');
    deepEqual(
      edited.flatMap(({ paths }) => paths),
      ['a.txt', 'new/deep/b.txt'],
    );
    deepEqual(await world.held(), []);
  });

  it('are told once as edited when the agent tells of the edit as well', async () => {
    const path = world.path('a.txt');
    const call = { toolCallId: 'c', title: 'Edit', kind: 'edit', locations: [{ path }] };
    await answersTo(
      ['update', { sessionUpdate: 'tool_call', status: 'pending', ...call }],
      ['write', path, 'ONE\n'],
      ['update', { sessionUpdate: 'tool_call_update', toolCallId: 'c', status: 'completed' }],
    );
    equal((await world.activity('file-edited')).length, 1);
  });

  it('keep their mode when they are written', async () => {
    chmodSync(world.path('bin/run'), 0o755);
    await answersTo(['write', world.path('bin/run'), '#!/bin/sh\nexit 0\n']);
    equal(statSync(world.path('bin/run')).mode & 0o777, 0o755);
  });

  it('never are outside the repository, nor in its state, whatever links and dots say', async () => {
    const outside = join(world.root, 'outside.txt');
    writeFileSync(outside, 'secret');
    symlinkSync(outside, world.path('link.txt'));
    symlinkSync(world.root, world.path('up'));
    symlinkSync(join(world.root, 'not-there.txt'), world.path('dangling.txt'));
    const names = [
      outside,
      `${world.repo}/../outside.txt`,
      world.path('link.txt'),
      world.path('up/outside.txt'),
      world.path('dangling.txt'),
      world.path('.heddle/agents/x.toml'),
      world.path('.git/config'),
      'a.txt',
    ];
    const answers = await answersTo(
      ...names.flatMap((name): Step[] => [
        ['write', name, 'overwritten'],
        ['read', name],
      ]),
    );
    for (const error of errors(answers)) {
      match(
        error,
        /outside the repository|lies in a \.git or \.heddle|not an absolute path|contains "\.\."/,
      );
    }
    equal(answers.length, 2 * names.length);
    equal(readFileSync(outside, 'utf8'), 'secret');
    ok(!existsSync(join(world.root, 'not-there.txt')));
  });

  it('are followed through links inside the repository to the file that is meant', async () => {
    symlinkSync(world.path('a.txt'), world.path('alias.txt'));
    await world.holdBySomebody('a.txt');
    const [answer] = await answersTo(['write', world.path('alias.txt'), 'x']);
    match(errors([answer])[0] ?? '', /a\.txt is held by somebody/);
    await world.locks.locks.break({ path: 'a.txt', byName: 'Ada', reason: 'now' });
    await answersTo(['write', world.path('alias.txt'), 'ONE\n']);
    equal(world.read('a.txt'), 'ONE\n');
  });

  it('are not written when somebody else holds them, and the agent is told who', async () => {
    await world.holdBySomebody('a.txt');
    const answers = await answersTo(['write', world.path('a.txt'), 'ONE\n']);
    deepEqual(errors(answers), ['a.txt is held by somebody']);
    equal(world.read('a.txt'), 'one\ntwo\nthree\n');
  });

  it('are not written when the lock was lost right before', async () => {
    const { locks } = world.locks;
    const check = locks.check.bind(locks);
    locks.check = async (ref, path, token) => {
      await locks.break({ path, byName: 'Ada', reason: 'Mine' });
      return check(ref, path, token);
    };
    const answers = await answersTo(['write', world.path('a.txt'), 'ONE\n']);
    match(errors(answers)[0] ?? '', /^The lock of a\.txt was lost meanwhile/);
    equal(world.read('a.txt'), 'one\ntwo\nthree\n');
  });

  it('are not written when the lock went to somebody else right before', async () => {
    const { locks } = world.locks;
    const check = locks.check.bind(locks);
    locks.check = async (ref, path, token) => {
      await locks.break({ path, byName: 'Ada', reason: 'Mine' });
      await world.holdBySomebody(path);
      return check(ref, path, token);
    };
    const answers = await answersTo(['write', world.path('a.txt'), 'ONE\n']);
    match(errors(answers)[0] ?? '', /^The lock of a\.txt was lost meanwhile/);
    equal(world.read('a.txt'), 'one\ntwo\nthree\n');
    deepEqual(await world.held(), ['a.txt somebody']);
    deepEqual(await world.activity('file-edited'), []);
  });

  it('are missing, folders or too large with an error that says so', async () => {
    const answers = await answersTo(
      ['read', world.path('none.txt')],
      ['read', world.path('bin')],
      ['write', world.path('bin'), 'x'],
    );
    match(errors(answers)[0] ?? '', /not found/i);
    match(errors(answers)[1] ?? '', /is not a file/);
    match(errors(answers)[2] ?? '', /is not a file/);
  });

  it('go through the editor where they are open', async () => {
    const written: string[] = [];
    const editor: EditorPort = {
      read: (path) => Promise.resolve(path === world.path('a.txt') ? 'unsaved' : undefined),
      write: (path, text) => {
        if (path === world.path('a.txt')) {
          written.push(text);
          return Promise.resolve({ kind: 'applied' });
        }
        if (path.endsWith('b.txt'))
          return Promise.resolve({ kind: 'refused', reason: 'read-only' });
        return Promise.resolve({ kind: 'not-open' });
      },
    };
    const script: Step[] = [
      ['read', world.path('a.txt')],
      ['write', world.path('a.txt'), 'by editor'],
      ['write', world.path('b.txt'), 'refused'],
      ['write', world.path('c.txt'), 'by disk'],
      ['answers'],
    ];
    const session = await world.run(script, { executor: { editor } });
    await session.done();
    deepEqual(session.answers.slice(1, 3), [{ content: 'unsaved' }, {}]);
    match(errors(session.answers)[3] ?? '', /The editor did not take it: read-only/);
    deepEqual(written, ['by editor']);
    deepEqual([world.read('a.txt'), world.read('c.txt')], ['one\ntwo\nthree\n', 'by disk']);
  });

  it('run with what they print and how they end, as the same agent', async () => {
    const print = 'echo $HEDDLE_AGENTS_SESSION; exit 3';
    const answers = await answersTo(['run', '/bin/sh', '-c', print], ['run', 'echo one; echo two']);
    const { sessionId } = await world.entry();
    deepEqual(answers, [
      { exit: { exitCode: 3, signal: null }, output: `${sessionId}\n`, truncated: false },
      { exit: { exitCode: 0, signal: null }, output: 'one\ntwo\n', truncated: false },
    ]);
  });

  it('do not run outside the repository, nor what is no program', async () => {
    const answers = await answersTo(
      ['runIn', world.root, 'ls'],
      ['runIn', '.', 'ls'],
      ['run', '/no/such/program', 'x'],
    );
    match(errors(answers)[0] ?? '', /outside the repository/);
    match(errors(answers)[1] ?? '', /not an absolute path/);
    match(errors(answers)[2] ?? '', /could not be started/);
  });

  it('keep the end of what a command printed when it is a lot', async () => {
    const [answer] = await answersTo([
      'run',
      process.execPath,
      '-e',
      `
      process.stdout.write('é'.repeat(2_000_000) + 'end')`,
    ]);
    // A megabyte of letters of two bytes, less a letter that would be cut in the middle.
    deepEqual(answer, {
      exit: { exitCode: 0, signal: null },
      output: 'éé…éend',
      length: 524_289,
      truncated: true,
    });
  });

  it('end with the session when the agent leaves them running', async () => {
    const pidFile = world.path('pid');
    const code = `require('fs').writeFileSync(${JSON.stringify(pidFile)},String(process.pid));
      process.on('SIGTERM',()=>0);setInterval(()=>0,1000)`;
    const session: RunningSession = await world.run([
      ['leaveRunning', process.execPath, '-e', code],
      ['waitForFile', pidFile],
    ]);
    await session.done();
    await eventually('it is gone', () => isProcessGone(Number(world.read('pid'))));
  });
});
