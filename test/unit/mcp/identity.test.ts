import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { call, useMcpFixture } from './mcpFixture.ts';

describe('who calls the server', () => {
  const fixture = useMcpFixture();
  const caller = async (args: Readonly<Record<string, unknown>> = {}): Promise<unknown> => {
    const { data, text } = await call(await fixture().connect(), 'list_agents', args);
    return 'caller' in data ? data.caller : text;
  };
  const by = (sessionId: string, source: string): unknown => ({
    session_id: sessionId,
    name: sessionId,
    source,
  });

  it('is nobody where nothing tells', async () => {
    await fixture().agent('agent-a', { pid: 1 });
    equal(await caller(), null);
  });

  it('is the session of the environment before everything else', async () => {
    await fixture().agent('agent-a');
    await fixture().agent('agent-b', { pid: 1 });
    fixture().env.HEDDLE_AGENTS_SESSION = 'agent-a';
    fixture().ancestors = [1];
    const args = { agent: 'agent-b', _heddleSession: 'agent-b' };
    deepEqual(await caller(args), by('agent-a', 'environment'));
  });

  it('is a child of the session of the environment where a hook or the process says so', async () => {
    await fixture().agent('agent-a', { nativeActorKey: 'a' });
    await fixture().agent('agent-child', { nativeParentActorKey: 'a', pid: 2 });
    fixture().env.HEDDLE_AGENTS_SESSION = 'agent-a';
    deepEqual(await caller({ _heddleSession: 'agent-child' }), by('agent-child', 'hook'));
    fixture().ancestors = [2];
    deepEqual(await caller(), by('agent-child', 'process'));
  });

  it('is never a session that has ended, is unknown, or is no session id', async () => {
    await fixture().agent('agent-over', {
      status: 'complete',
      completedAt: '2026-06-01T12:00:00Z',
    });
    for (const text of ['agent-over', 'agent-none', '../agent-over', '', 'A B\n']) {
      fixture().env.HEDDLE_AGENTS_SESSION = text;
      equal(await caller({ _heddleSession: text }), null, JSON.stringify(text));
    }
    equal(await caller({ _heddleSession: 7 }), null);
  });

  it('is the session that a hook wrote into the call, before the process', async () => {
    await fixture().agent('agent-a');
    await fixture().agent('agent-b', { pid: 1 });
    fixture().ancestors = [1];
    deepEqual(await caller({ _heddleSession: 'agent-a' }), by('agent-a', 'hook'));
  });

  it('is the agent of the nearest process above, by process id and start', async () => {
    const { probe } = fixture();
    await fixture().agent('agent-far', {
      pid: 3,
      processStart: 'linux-ticks:5',
      bootId: 'this-boot',
    });
    await fixture().agent('agent-near', {
      pid: 2,
      processStart: 'linux-ticks:7',
      bootId: 'this-boot',
    });
    probe.run(2, { start: 'linux-ticks:7' });
    probe.run(3, { start: 'linux-ticks:5' });
    fixture().ancestors = [1, 2, 3];
    deepEqual(await caller({ agent: 'somebody' }), by('agent-near', 'process'));
    // The id belongs to another process now.
    probe.run(2, { start: 'linux-ticks:9' });
    deepEqual(await caller(), by('agent-far', 'process'));
  });

  it('is the parent of those who share its process, and nobody of strangers who do', async () => {
    await fixture().agent('agent-child', { pid: 1, nativeParentActorKey: 'a' });
    await fixture().agent('agent-a', { pid: 1, nativeActorKey: 'a' });
    fixture().ancestors = [1];
    deepEqual(await caller(), by('agent-a', 'process'));
    await fixture().agent('agent-other', { pid: 1 });
    equal(await caller(), null);
  });

  it('is never the person in whose editor everything runs', async () => {
    await fixture().agent('agent-ana', { pid: 1, provider: 'human', nativeActorKey: 'human:ana' });
    fixture().ancestors = [1];
    equal(await caller(), null);
    match(String(await caller({ agent: 'agent-ana' })), /a person's reservation/);
  });

  it('is who the call says, and is marked so', async () => {
    await fixture().agent('agent-a');
    deepEqual(await caller({ agent: 'agent-a' }), by('agent-a', 'claimed'));
    deepEqual(await caller({ agent: 'refactor-1' }), {
      session_id: null,
      name: 'refactor-1',
      source: 'claimed',
    });
  });

  it('cannot be claimed to be a number, nobody, or an agent that has ended', async () => {
    await fixture().agent('agent-over', { status: 'merged', completedAt: '2026-06-01T12:00:00Z' });
    for (const [claim, why] of [
      ['17', /a number/],
      [' ', /empty/],
      ['a\nb', /control character/],
      ['x'.repeat(201), /longer than 200/],
      ['agent-over', /has ended \(merged\)/],
      [5, /must be a text/],
    ] as const) {
      match(String(await caller({ agent: claim })), why);
    }
  });

  it('may look, but changes nothing without being known, and is told how to say who it is', async () => {
    const client = await fixture().connect();
    for (const [tool, args] of [
      ['lock_files', { paths: ['a'] }],
      ['unlock_files', { all: true }],
      ['wait_for_files', { paths: ['a'] }],
      ['check_lock', { path: 'a', token: 1 }],
      ['reserve_thread', { thread: 't' }],
      ['release_thread', {}],
      ['log_context_query', { path: 'a' }],
      ['report_usage', { input_tokens: 1 }],
    ] as const) {
      const { text, isError } = await call(client, tool, args);
      ok(isError, tool);
      match(text, /not known who you are.*"agent"/, tool);
    }
    deepEqual(await fixture().held(), []);
  });

  it('is one holder whichever road it comes by', async () => {
    await fixture().agent('agent-a', { pid: 1 });
    const client = await fixture().connect();
    await fixture().lockAs({ kind: 'session', sessionId: 'agent-a' }, 'by-hook');
    fixture().ancestors = [1];
    await call(client, 'lock_files', { paths: ['by-process'] });
    fixture().ancestors = [];
    await call(client, 'lock_files', { paths: ['by-claim'], agent: 'agent-a' });
    await call(client, 'lock_files', { paths: ['by-stamp'], _heddleSession: 'agent-a' });
    fixture().env.HEDDLE_AGENTS_SESSION = 'agent-a';
    await call(client, 'lock_files', { paths: ['by-environment'] });
    const held = await fixture().locks.locks.list();
    equal(held.length, 5);
    equal(new Set(held.map(({ holder }) => holder.id)).size, 1);
  });
});
