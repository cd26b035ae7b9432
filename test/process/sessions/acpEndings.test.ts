import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { existsSync } from 'node:fs';

import type { AcpPace } from '../../../src/node/acp/acpExecutorOptions.ts';
import { AcpWorld, testPace } from '../../support/agents/acp/acpWorld.ts';
import { eventually } from '../../support/eventually.ts';
import { isRunning } from '../../support/vscode/processEnd.ts';

const impatient: AcpPace = { ...testPace, initializeMs: 1000, conversationMs: 60_000 };

describe('an agent that does not come to its end by itself', () => {
  let world: AcpWorld;
  beforeEach(async () => {
    world = await AcpWorld.make();
  });
  afterEach(async () => {
    deepEqual(await world.held(), []);
    for (const { status } of await world.entries()) ok(status !== 'active');
    await world.end();
  });

  it('is cancelled while a person is asked, which is answered as cancelled', async () => {
    const session = await world.run([['edit', world.path('a.txt'), 'ONE\n']]);
    await session.question();
    session.cancel();
    equal((await session.outcome()).state, 'cancelled');
    equal(world.read('a.txt'), 'one\n');
    equal((await world.entry()).status, 'abandoned');
  });

  it('is cancelled in the middle of a tool call', async () => {
    const path = world.path('a.txt');
    const call = { toolCallId: 'c', title: 'Edit', kind: 'edit', locations: [{ path }] };
    const session = await world.run([
      ['update', { sessionUpdate: 'tool_call', status: 'in_progress', ...call }],
      ['silence'],
    ]);
    await eventually('it holds the file', async () => (await world.held()).length === 1);
    session.cancel();
    equal((await session.outcome()).state, 'cancelled');
    deepEqual(await world.activity('file-edited'), []);
  });

  for (const isWaiting of [false, true]) {
    const how = isWaiting ? 'waits for a command' : 'has left a command running';
    it(`is cancelled while it ${how}, which ends as well`, async () => {
      const pidFile = world.path('pid');
      const code = `require('fs').writeFileSync(${JSON.stringify(pidFile)},String(process.pid));
        process.on('SIGTERM',()=>0);setInterval(()=>0,1000)`;
      const command = [process.execPath, '-e', code] as const;
      const session = await world.run(
        isWaiting ? [['run', ...command]] : [['leaveRunning', ...command], ['silence']],
      );
      await eventually('it runs', () => existsSync(pidFile) && world.read('pid') !== '');
      const pid = Number(world.read('pid'));
      ok(isRunning(pid));
      session.cancel();
      equal((await session.outcome()).state, 'cancelled');
      ok(!isRunning(pid));
    });
  }

  it('is ended by force with all that it started when it does not stop when cancelled', async () => {
    const session = await world.run(
      [
        ['child', world.path('pids')],
        ['waitForFile', world.path('pids')],
        ['say', 'up'],
        ['silence'],
      ],
      { flags: ['stubborn', 'ignores-cancel'] },
    );
    await eventually('it works', () => session.said === 'up');
    const pids = world.read('pids').split(' ').map(Number);
    const { pid = 0 } = await world.entry();
    ok([...pids, pid].every(isRunning));
    session.cancel();
    equal((await session.outcome()).state, 'cancelled');
    deepEqual([...pids, pid].filter(isRunning), []);
  });

  it('is ended with all that it started also when it is done', async () => {
    const session = await world.run(
      [
        ['child', world.path('pids')],
        ['waitForFile', world.path('pids')],
      ],
      { flags: ['stubborn'], executor: { pace: { ...testPace, leaveAfterMs: 300 } } },
    );
    await session.done();
    deepEqual(world.read('pids').split(' ').map(Number).filter(isRunning), []);
  });

  it('is cancelled before it has answered for the first time', async () => {
    const session = await world.run([], { flags: ['dumb'] });
    await eventually('it runs', async () => (await world.entries())[0]?.pid !== undefined);
    session.cancel();
    equal((await session.outcome()).state, 'cancelled');
  });

  it('fails when it never answers', async () => {
    const session = await world.run([], { flags: ['dumb'], executor: { pace: impatient } });
    const failure = await session.failure();
    equal(failure.kind, 'timeout');
    equal(failure.message, 'Scripted did not answer within 1 s (initialize).');
  });

  it('fails when it never begins a conversation', async () => {
    const pace = { ...testPace, conversationMs: 1000 };
    const session = await world.run([], { flags: ['silent-new'], executor: { pace } });
    const failure = await session.failure();
    equal(failure.kind, 'timeout');
    equal(failure.message, 'Scripted did not answer within 1 s (session/new).');
  });

  it('may take as long as it likes for a prompt, until somebody cancels it', async () => {
    const session = await world.run([['say', 'Hm.'], ['silence']], {
      flags: ['ignores-cancel'],
      executor: { pace: { ...impatient, conversationMs: 1000 } },
    });
    await eventually('it works', () => session.said === 'Hm.');
    // Longer than all that it is given time for.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    equal(session.state, 'running');
    session.cancel();
    equal((await session.outcome()).state, 'cancelled');
  });

  it('fails when it does not speak the protocol', async () => {
    const session = await world.run([], { flags: ['not-acp'] });
    const failure = await session.failure();
    equal(failure.kind, 'protocol-error');
    equal(
      failure.message,
      'Scripted does not speak the Agent Client Protocol. It wrote what is no message: "hello, I am a chat bot"',
    );
  });

  it('fails when it speaks another version of the protocol', async () => {
    const session = await world.run([], { flags: ['version-9'] });
    const failure = await session.failure();
    equal(failure.kind, 'protocol-error');
    match(failure.message, /speaks version 9 .*, not 1\. Install another version/);
  });

  it('fails when it wants a log-in, with the ways that it offers', async () => {
    const session = await world.run([], { flags: ['needs-login'] });
    const failure = await session.failure();
    equal(failure.kind, 'agent-error');
    equal(
      failure.message,
      'Scripted wants you to log in first. Start it once in a terminal and log in there. ' +
        'It offers: Log in with a browser (opens a page).',
    );
  });

  it('fails when it wants a log-in, with what to run for it', async () => {
    const agent = { ...world.agent(['needs-login']), logIn: 'Run "scripted login".' };
    const { message } = await (await world.start(agent, '[]')).failure();
    match(message, /^Scripted wants you to log in first\. Run "scripted login"\. It offers/);
  });

  it('fails when it crashes at its start, with what it said last', async () => {
    const session = await world.run([], { flags: ['crash-at-start', 'stderr'] });
    const { kind, message, process: end } = await session.failure();
    equal(kind, 'agent-error');
    equal(message, 'Scripted ended in the middle of its work, with exit code 3.');
    deepEqual(end, {
      exitCode: 3,
      stderrTail: 'warning: something is odd\ncannot find my configuration',
    });
  });

  it('fails when it crashes in the middle of a turn, and all that it told before is kept', async () => {
    const session = await world.run([
      ['say', 'Hello.'],
      ['editUnasked', world.path('a.txt'), 'ONE\n'],
      ['crash', 7],
    ]);
    const { kind, process: end } = await session.failure();
    equal(kind, 'agent-error');
    deepEqual([end?.exitCode, end?.stderrTail], [7, 'everything is lost']);
    equal(session.said, 'Hello.');
    equal((await world.activity('file-edited')).length, 1);
  });

  it('fails when it is killed', async () => {
    const session = await world.run([['die']]);
    const { message, process: end } = await session.failure();
    equal(message, 'Scripted ended in the middle of its work, by the signal SIGKILL.');
    equal(end?.signal, 'SIGKILL');
  });

  it('fails when it answers with an error, in its own words', async () => {
    const session = await world.run([
      ['fail', -32_603, 'Internal error', { details: 'No credit.' }],
    ]);
    const { kind, message } = await session.failure();
    equal(kind, 'agent-error');
    equal(message, 'Scripted refused (session/prompt): Internal error: No credit.');
  });

  it('fails when it closes its output', async () => {
    const session = await world.run([['closeOutput']]);
    equal((await session.failure()).kind, 'protocol-error');
  });

  it('fails when it sends a message without end', async () => {
    const session = await world.run([['endless'], ['silence']]);
    const { kind, message } = await session.failure();
    equal(kind, 'protocol-error');
    equal(message, 'The agent sent a message of more than 64 MiB.');
  });

  it('fails when its program cannot be started', async () => {
    const agent = { ...world.agent(), command: '/no/such/agent' };
    const { kind, message } = await (await world.start(agent, 'Hello')).failure();
    equal(kind, 'spawn-failed');
    match(message, /^Scripted could not be started \(\/no\/such\/agent\): .*ENOENT/);
  });
});
