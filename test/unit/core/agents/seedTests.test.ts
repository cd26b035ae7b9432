import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentEntry } from '../../../../src/core/agents/agentEntry.ts';
import type { AgentRegistry } from '../../../../src/core/agents/agentRegistry.ts';
import { sessionIdByteCount, toSessionId } from '../../../../src/core/agents/sessionId.ts';
import { formatTimestamp } from '../../../../src/core/agents/timestamp.ts';
import { buildEntry, dayMs } from '../../../support/entryBuilder.ts';
import { describeWithEachStore } from '../../../support/registryFixture.ts';

const noPid = 0x7fff_ffff;
const thisBoot = 'this-boot';

// The titles are those of the tests of Heddle's own registry, so that both can be compared by name.
describeWithEachStore('AgentRegistry keeps the promises of Heddle', (fixture) => {
  let registry: AgentRegistry;
  beforeEach(() => {
    fixture().probe.run(process.pid);
    fixture().probe.run(1);
    registry = fixture().open();
  });

  const daysAgo = (days: number): string => formatTimestamp(fixture().clock.now() - days * dayMs);
  const load = async (sessionId: string): Promise<AgentEntry> => {
    const entry = await registry.load(sessionId);
    assert.ok(entry, `${sessionId} is there`);
    return entry;
  };

  it('list_prunes_stale_completed_entries', async () => {
    await registry.save(buildEntry('agent-stale', { status: 'complete', completedAt: daysAgo(8) }));
    await registry.save(buildEntry('agent-active'));

    const entries = await registry.list();

    assert.deepEqual(
      entries.map((entry) => entry.sessionId),
      ['agent-active'],
    );
    assert.equal(await registry.load('agent-stale'), undefined);
    assert.equal(await fixture().open().delete('agent-stale'), false, 'its file is gone');
  });

  it('load_returns_none_for_stale_completed_entry', async () => {
    await registry.save(buildEntry('agent-stale', { status: 'merged', completedAt: daysAgo(8) }));

    assert.equal(await registry.load('agent-stale'), undefined);
    assert.equal(await fixture().open().delete('agent-stale'), false, 'its file is gone');
  });

  it('log_context_query_appends_to_active_session', async () => {
    await registry.save(buildEntry('agent-active'));

    await registry.logContextQuery('agent-active', {
      path: 'src/auth/session.rs',
      scope: 'symbol:validate_token',
      queriedAt: daysAgo(0),
      unknownFields: {},
    });

    const { contextQueries } = await load('agent-active');
    assert.deepEqual(
      contextQueries.map(({ path, scope }) => [path, scope]),
      [['src/auth/session.rs', 'symbol:validate_token']],
    );
  });

  it('log_context_query_no_op_for_complete_session', async () => {
    await registry.save(buildEntry('agent-done', { status: 'complete', completedAt: daysAgo(0) }));

    await registry.logContextQuery('agent-done', {
      path: 'src/lib.rs',
      queriedAt: daysAgo(0),
      unknownFields: {},
    });

    assert.equal((await load('agent-done')).contextQueries.length, 0);
  });

  it('find_active_by_path_returns_matching_session', async () => {
    const worktree = join(fixture().root, 'checkout');
    mkdirSync(worktree);
    await registry.save(buildEntry('agent-match', { path: worktree }));
    await registry.save(
      buildEntry('agent-other', { path: join(fixture().root, 'other-checkout') }),
    );

    assert.equal((await registry.findActiveByPath(worktree))?.sessionId, 'agent-match');
  });

  it('create_generated_entry_retries_collisions_under_lock', async () => {
    const drawn = [bytes(1), bytes(1), bytes(2)];
    const drawing = fixture().open({
      random: () => drawn.shift() ?? assert.fail('drawn too often'),
    });
    const existing = await drawing.createGeneratedEntry((id) => buildEntry(id));
    assert.equal(existing.sessionId, toSessionId(bytes(1)));

    const created = await drawing.createGeneratedEntry((id) => buildEntry(id));

    assert.equal(created.sessionId, toSessionId(bytes(2)));
    assert.equal(created.thread, `agent/${created.sessionId}`);
    await load(existing.sessionId);
    await load(created.sessionId);
  });

  it('abandoning_active_entry_unblocks_subsequent_reserve_on_same_thread', async () => {
    const thread = 'feature/leak-repro';
    const build = (id: string): AgentEntry =>
      buildEntry(id, { thread, threadId: thread, pid: 1, bootId: thisBoot });
    const first = await registry.tryReserveThread(thread, build);
    assert.equal(first.kind, 'reserved', 'first reserve must succeed');

    await registry.updateEntry(first.entry.sessionId, (entry) => ({
      ...entry,
      status: 'abandoned',
      completedAt: daysAgo(0),
    }));
    const next = await registry.tryReserveThread(thread, build);

    assert.equal(next.kind, 'reserved', 'an abandoned reservation must not block the next');
    const owners = (await registry.list()).filter(
      (entry) => entry.thread === thread && entry.status === 'active',
    );
    assert.equal(owners.length, 1, 'exactly one active reservation owns the thread');
  });

  it('update_entry_persists_harness_metadata', async () => {
    await registry.save(buildEntry('agent-active'));
    const metadata = {
      heddleSessionId: 'sess-123',
      harness: 'claude-code',
      thinkingLevel: 'deep',
      reportFlushState: 'pending-local',
      attachReason: 'attached from test metadata update',
      attachPrecedence: ['matched-current-session'],
      winningAttachRule: 'matched-current-session',
      probeSource: 'argv_env',
      probeConfidence: 0.75,
      lastProgressAt: daysAgo(0),
      usageSummary: { inputTokens: 42n, unknownFields: {} },
    };

    await registry.updateEntry('agent-active', (entry) => ({ ...entry, ...metadata }));

    const { usageSummary, ...loaded } = await load('agent-active');
    const { usageSummary: usage, ...texts } = metadata;
    assert.equal(usageSummary.inputTokens, usage.inputTokens);
    assert.deepEqual({ ...loaded, ...texts }, loaded);
  });

  it('find_active_by_client_instance_id_returns_matching_session', async () => {
    await registry.save(buildEntry('agent-client', { clientInstanceId: 'client-a' }));
    await registry.save(buildEntry('agent-other', { clientInstanceId: 'client-b' }));

    const found = await registry.findActiveByClientInstanceId('client-a');

    assert.equal(found?.sessionId, 'agent-client');
  });

  it('find_active_by_native_actor_key_returns_matching_session', async () => {
    await registry.save(buildEntry('agent-native', { nativeActorKey: 'codex:thread:thr_123' }));

    const found = await registry.findActiveByNativeActorKey('codex:thread:thr_123');

    assert.equal(found?.sessionId, 'agent-native');
  });

  it('actor_chain_follows_native_parent_keys_root_to_leaf', async () => {
    await registry.save(
      buildEntry('agent-child', {
        nativeActorKey: 'codex:thread:child',
        nativeParentActorKey: 'codex:thread:parent',
        provider: 'openai',
        model: 'gpt-5-mini',
      }),
    );
    await registry.save(
      buildEntry('agent-root', { nativeActorKey: 'human:foo', provider: 'human' }),
    );
    await registry.save(
      buildEntry('agent-parent', {
        nativeActorKey: 'codex:thread:parent',
        nativeParentActorKey: 'human:foo',
        provider: 'openai',
        model: 'gpt-5',
      }),
    );

    const chain = await registry.actorChainForSession('agent-child');

    assert.deepEqual(
      chain.map((node) => node.sessionId),
      ['agent-root', 'agent-parent', 'agent-child'],
    );
    assert.equal(chain[2]?.nativeParentActorKey, 'codex:thread:parent');
  });

  it('try_reserve_thread_reaps_dead_active_entry_and_succeeds', async () => {
    const thread = 'feature/race';
    await registry.save(
      buildEntry('agent-dead', { thread, pid: noPid, bootId: 'not-the-current-boot' }),
    );

    const outcome = await registry.tryReserveThread(thread, (id) =>
      buildEntry(id, { thread, pid: process.pid, bootId: thisBoot }),
    );

    assert.equal(outcome.kind, 'reserved', 'a dead owner must have been reaped');
    assert.notEqual(outcome.entry.sessionId, 'agent-dead');
    const abandoned = await load('agent-dead');
    assert.equal(abandoned.status, 'abandoned');
    assert.ok(abandoned.completedAt);
  });

  it('try_reserve_thread_reports_live_owner_when_pid_is_alive', async () => {
    const thread = 'feature/busy';
    await registry.save(buildEntry('agent-alive', { thread, pid: process.pid, bootId: thisBoot }));

    const outcome = await registry.tryReserveThread(thread, (id) => buildEntry(id, { thread }));

    assert.equal(outcome.kind, 'live-owner');
    assert.equal(outcome.entry.sessionId, 'agent-alive');
    assert.equal((await load('agent-alive')).status, 'active');
    assert.equal((await registry.list()).length, 1, 'nothing was reserved');
  });

  it('reap_dead_for_thread_only_touches_named_thread', async () => {
    for (const name of ['a', 'b']) {
      await registry.save(
        buildEntry(`agent-dead-${name}`, {
          thread: `feature/${name}`,
          pid: noPid,
          bootId: 'stale',
        }),
      );
    }

    assert.equal((await registry.reapDeadForThread('feature/a')).length, 1);
    assert.equal((await load('agent-dead-a')).status, 'abandoned');
    assert.equal((await load('agent-dead-b')).status, 'active', 'other threads are left alone');
    assert.equal((await registry.reapDead()).length, 1);
    assert.equal((await load('agent-dead-b')).status, 'abandoned');
  });

  it('actor_chain_breaks_cycles_without_looping', async () => {
    await registry.save(
      buildEntry('agent-a', { nativeActorKey: 'actor:a', nativeParentActorKey: 'actor:b' }),
    );
    await registry.save(
      buildEntry('agent-b', { nativeActorKey: 'actor:b', nativeParentActorKey: 'actor:a' }),
    );

    const chain = await registry.actorChainForSession('agent-a');

    assert.equal(chain.length, 2);
    assert.equal(chain.at(-1)?.sessionId, 'agent-a');
  });

  it('try_reserve_thread_under_concurrent_load_is_race_free', async () => {
    const rounds = 100;
    const racers = Array.from({ length: 8 }, () => fixture().open());
    for (let round = 0; round < rounds; round += 1) {
      const thread = `feature/race-${round}`;
      const build = (id: string): AgentEntry =>
        buildEntry(id, { thread, pid: process.pid, bootId: thisBoot });
      const outcomes = await Promise.all(
        racers.map((racer) => racer.tryReserveThread(thread, build)),
      );
      const winners = outcomes.filter((outcome) => outcome.kind === 'reserved');
      assert.equal(winners.length, 1, `round ${round}: exactly one racer wins`);
      const told = new Set(outcomes.map((outcome) => outcome.entry.sessionId));
      assert.deepEqual(
        [...told],
        [winners[0]?.entry.sessionId],
        `round ${round}: all name the winner`,
      );
    }
  });
});

function bytes(value: number): Uint8Array {
  return new Uint8Array(sessionIdByteCount).fill(value);
}
