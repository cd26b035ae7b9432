import { deepEqual, equal, match, ok } from 'node:assert/strict';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { activityMessages } from './activityKinds.ts';
import { call, serverPid, useMcpFixture, type Said } from './mcpFixture.ts';

describe('the tools for agents and threads', () => {
  const fixture = useMcpFixture();
  let client: Client;
  beforeEach(async () => {
    client = await fixture().connect();
  });
  const as = (agent: string, name: string, args: object = {}): Promise<Said> =>
    call(client, name, { agent, ...args });

  it('list_agents tells who is at work, alive or dead, and spawned by whom', async () => {
    await fixture().agent('agent-p', { harness: 'codex', nativeActorKey: 'p', pid: 1 });
    await fixture().agent('agent-c', { nativeParentActorKey: 'p', attachReason: 'Fix it' });
    await fixture().agent('agent-dead', { pid: 2, thread: 'main' });
    fixture().probe.end(2);
    const { data, text } = await as('agent-c', 'list_agents');
    const agents = data.agents as readonly Readonly<Record<string, unknown>>[];
    const found = (id: string): Readonly<Record<string, unknown>> | undefined =>
      agents.find((each) => each.session_id === id);
    equal(found('agent-c')?.parent_session_id, 'agent-p');
    equal(found('agent-dead')?.state, 'dead');
    equal(found('agent-dead')?.thread, 'main');
    match(text, /3 agents, 1 alive, 1 dead/);
    match(text, /agent-c \(you\), spawned by agent-p, task: Fix it/);
    const alive = await as('agent-c', 'list_agents', { alive: true });
    equal((alive.data.agents as readonly unknown[]).length, 1);
    const onMain = await as('agent-c', 'list_agents', { thread: 'main', limit: 1 });
    equal((onMain.data.agents as readonly unknown[]).length, 1);
  });

  it('list_agents names files that cannot be read', async () => {
    const { writeFileSync } = await import('node:fs');
    writeFileSync(`${fixture().registry.folder}/agent-broken.toml`, 'oops');
    const { data, text } = await call(client, 'list_agents');
    equal((data.broken as readonly { file: string }[])[0]?.file, 'agent-broken.toml');
    match(text, /1 entries cannot be read/);
  });

  describe('reserve_thread', () => {
    it('gives a session the thread in its own entry', async () => {
      await fixture().agent('agent-a', { harness: 'codex' });
      const { data } = await as('agent-a', 'reserve_thread', { thread: 'feature/x', task: 'Do x' });
      deepEqual([data.outcome, data.session_id], ['reserved', 'agent-a']);
      const entry = await fixture().entry('agent-a');
      deepEqual([entry?.thread, entry?.attachReason], ['feature/x', 'Do x']);
      ok(entry?.reservationToken);
      equal((await fixture().registry.registry.list()).length, 1);
      deepEqual(await activityMessages(fixture()), ['thread-reserved feature/x']);
    });

    it('says who holds it, and leaves what the caller has', async () => {
      await fixture().agent('agent-a', { thread: 'mine' });
      await fixture().agent('agent-b', { thread: 'main', pid: 5, harness: 'codex' });
      const { data, text } = await as('agent-a', 'reserve_thread', { thread: 'main' });
      deepEqual([data.outcome, data.session_id], ['live_owner', 'agent-b']);
      match(text, /main is held by Codex \(agent-b\).*Process 5 is running/);
      equal((await fixture().entry('agent-a'))?.thread, 'mine');
    });

    it('takes it from an owner that is provably dead, and gives the one before back', async () => {
      await fixture().agent('agent-a', { thread: 'old' });
      await fixture().agent('agent-b', { thread: 'main', pid: 5 });
      fixture().probe.end(5);
      equal((await as('agent-a', 'reserve_thread', { thread: 'main' })).data.outcome, 'reserved');
      equal((await fixture().entry('agent-b'))?.status, 'abandoned');
      deepEqual(await activityMessages(fixture()), [
        'agent-reaped main',
        'thread-released old',
        'thread-reserved main',
      ]);
    });

    it('makes an entry for a mere name, which lasts as long as the server', async () => {
      const first = await as('me', 'reserve_thread', { thread: 'main' });
      const sessionId = String(first.data.session_id);
      const entry = await fixture().entry(sessionId);
      deepEqual([entry?.pid, entry?.harness, entry?.thread], [serverPid, 'test-client', 'main']);
      const second = await as('me', 'reserve_thread', { thread: 'other' });
      equal(second.data.session_id, sessionId, 'one agent keeps one entry');
      equal((await as('you', 'reserve_thread', { thread: 'other' })).data.outcome, 'live_owner');
      fixture().probe.end(serverPid);
      equal((await fixture().registry.registry.reapDead()).length, 1);
    });

    it('refuses what cannot name a thread', async () => {
      for (const thread of ['', '  ', 'a\nb', 'x'.repeat(1025), 7]) {
        const { isError, text } = await as('me', 'reserve_thread', { thread });
        ok(isError);
        match(text, /"thread"/);
      }
    });
  });

  describe('release_thread', () => {
    it('gives the thread of a session back, which goes on working', async () => {
      await fixture().agent('agent-a', { thread: 'main' });
      const { data } = await as('agent-a', 'release_thread', { status: 'merged' });
      equal(data.released, 'main');
      const entry = await fixture().entry('agent-a');
      deepEqual([entry?.status, entry?.thread], ['active', 'agent/agent-a']);
      equal((await as('agent-a', 'release_thread')).data.released, null);
    });

    it('ends an entry that was made for the thread', async () => {
      const { data } = await as('me', 'reserve_thread', { thread: 'main' });
      equal((await as('me', 'release_thread', { status: 'merged' })).data.released, 'main');
      equal((await fixture().entry(String(data.session_id)))?.status, 'merged');
      match((await as('me', 'release_thread')).text, /You hold no thread/);
    });

    it('touches nobody else', async () => {
      await fixture().agent('agent-a', { thread: 'main' });
      equal((await as('me', 'release_thread')).data.released, null);
      equal((await fixture().entry('agent-a'))?.thread, 'main');
    });
  });

  it('log_context_query appends to the entry of the caller', async () => {
    await fixture().agent('agent-a');
    await as('agent-a', 'log_context_query', { path: './src/a.ts', scope: 'symbol' });
    await as('agent-a', 'log_context_query', { path: 'b' });
    const entry = await fixture().entry('agent-a');
    deepEqual(
      entry?.contextQueries.map(({ path, scope }) => [path, scope]),
      [
        ['src/a.ts', 'symbol'],
        ['b', undefined],
      ],
    );
    match((await as('me', 'log_context_query', { path: 'b' })).text, /no entry in the registry/);
  });

  it('report_usage sets totals and the model, and nothing else', async () => {
    await fixture().agent('agent-a', {
      provider: 'openai',
      usageSummary: { inputTokens: 1n, outputTokens: 2n, unknownFields: {} },
    });
    const max = Number.MAX_SAFE_INTEGER;
    const { text } = await as('agent-a', 'report_usage', {
      input_tokens: max,
      tool_calls: 3,
      cost_micros_usd: 1_500_000,
      model: 'gpt-5',
    });
    match(text, /tokens in · 2 out · 3 tool calls · \$1\.50/);
    const entry = await fixture().entry('agent-a');
    equal(entry?.usageSummary.inputTokens, BigInt(max));
    deepEqual([entry.model, entry.provider], ['gpt-5', 'openai']);
    for (const args of [{}, { input_tokens: -1 }, { input_tokens: 1.5 }, { provider: 'human' }]) {
      ok((await as('agent-a', 'report_usage', args)).isError, JSON.stringify(args));
    }
  });
});
