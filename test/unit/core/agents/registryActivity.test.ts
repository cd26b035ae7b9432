import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { silentLogger } from '../../../../src/base/logger.ts';
import type { ActivityEvent } from '../../../../src/core/activity/activityEvent.ts';
import type { ActivitySink } from '../../../../src/core/activity/activityLog.ts';
import { partyWithoutEntry } from '../../../../src/core/activity/agentParty.ts';
import { AgentRegistry } from '../../../../src/core/agents/agentRegistry.ts';
import type { AgentEntry } from '../../../../src/core/agents/agentEntry.ts';
import { buildEntry } from '../../../support/entryBuilder.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { FakeProbe } from '../../../support/fakeProbe.ts';
import { MemoryAgentStore } from '../../../support/memoryAgentStore.ts';

const livePid = 4711;
const deadPid = 4712;

describe('AgentRegistry records', () => {
  let clock: FakeClock;
  let store: MemoryAgentStore;
  let events: ActivityEvent[];
  let registry: AgentRegistry;
  beforeEach(() => {
    clock = new FakeClock();
    store = new MemoryAgentStore();
    events = [];
    registry = open({ append: (added) => Promise.resolve(void events.push(...added)) });
  });

  function open(activity?: ActivitySink): AgentRegistry {
    const probe = new FakeProbe();
    probe.run(livePid);
    return new AgentRegistry({
      store,
      probe,
      clock,
      random: randomBytes,
      logger: silentLogger,
      realPath: (path) => Promise.resolve(path),
      activity,
    });
  }
  const onMain =
    (fields: Partial<AgentEntry> = {}) =>
    (id: string): AgentEntry =>
      buildEntry(id, { thread: 'main', ...fields });
  const kinds = (): readonly string[] => events.map(({ kind }) => kind);

  it('a reservation with who, when and what for', async () => {
    const { entry } = await registry.tryReserveThread(
      'main',
      onMain({ harness: 'codex', model: 'gpt-5', attachReason: 'Fix the login' }),
    );
    assert.deepEqual(events, [
      {
        atMs: clock.now(),
        kind: 'thread-reserved',
        actor: { sessionId: entry.sessionId, name: 'codex · gpt-5' },
        paths: [],
        thread: 'main',
        reason: 'Fix the login',
      },
    ]);
  });

  it('a refusal with the owner, and with who asked when they say so', async () => {
    await registry.save(buildEntry('agent-owner', { thread: 'main', pid: livePid }));
    const asker = partyWithoutEntry({ harness: 'claude-code' });
    await registry.tryReserveThread('main', onMain(), asker);
    await assert.rejects(registry.createGeneratedEntryForThread('main', onMain()));
    const refused = {
      atMs: clock.now(),
      kind: 'thread-refused',
      other: { sessionId: 'agent-owner', name: 'agent-owner' },
      paths: [],
      thread: 'main',
    };
    assert.deepEqual(events, [
      { ...refused, actor: { name: 'claude-code' } },
      { ...refused, actor: { name: '' } },
    ]);
  });

  it('a release with the status, by whichever way it is made, and once', async () => {
    await registry.save(buildEntry('agent-a', { thread: 'main' }));
    await registry.save(buildEntry('agent-b'));
    await registry.updateStatus('agent-a', 'merged');
    await registry.updateStatus('agent-a', 'merged');
    await registry.updateEntry('agent-b', (entry) => ({ ...entry, status: 'complete' }));
    await registry.updateStatus('agent-unknown', 'complete');
    assert.deepEqual(
      events.map(({ kind, actor, thread, cause }) => [kind, actor.sessionId, thread, cause]),
      [
        ['thread-released', 'agent-a', 'main', 'merged'],
        ['thread-released', 'agent-b', 'agent/agent-b', 'complete'],
      ],
    );
  });

  it('nothing for what is no event: a sign of life, a new name, a rehearsal', async () => {
    await registry.save(buildEntry('agent-a', { pid: deadPid }));
    await registry.updateEntry('agent-a', (entry) => ({ ...entry, model: 'other' }));
    await registry.updateStatus('agent-a', 'active');
    await registry.reapDead({ isDryRun: true });
    await registry.createGeneratedEntry((id) => buildEntry(id));
    assert.deepEqual(events, []);
  });

  it('each reaped agent with the evidence, and the reap that is taken back', async () => {
    await registry.save(buildEntry('agent-dead', { pid: deadPid, thread: 'main' }));
    await registry.save(buildEntry('agent-old', { pid: livePid, bootId: 'another-boot' }));
    await registry.save(buildEntry('agent-live', { pid: livePid }));
    const reaped = await registry.reapDead();
    const byId = [...events].sort((a, b) =>
      String(a.actor.sessionId).localeCompare(String(b.actor.sessionId)),
    );
    assert.deepEqual(
      byId.map(({ kind, actor, cause }) => [kind, actor.sessionId, cause]),
      [
        ['agent-reaped', 'agent-dead', 'gone'],
        ['agent-reaped', 'agent-old', 'rebooted'],
      ],
    );

    const dead =
      reaped.find(({ entry }) => entry.sessionId === 'agent-dead')?.entry ?? assert.fail();
    await registry.undoReap(dead);
    const last = events.at(-1);
    assert.deepEqual([last?.kind, last?.thread], ['reap-undone', 'main']);
    await assert.rejects(registry.undoReap(dead));
    assert.equal(events.length, 3);
  });

  it('a dead owner who is abandoned before its thread goes to the next', async () => {
    await registry.save(buildEntry('agent-dead', { pid: deadPid, thread: 'main' }));
    await registry.tryReserveThread('main', onMain());
    assert.deepEqual(kinds(), ['agent-reaped', 'thread-reserved']);
  });

  it('what was done before a failure, and nothing that was not', async () => {
    await registry.save(buildEntry('agent-dead', { pid: deadPid, thread: 'main' }));
    const failing = registry.tryReserveThread('main', () => {
      throw new Error('no entry');
    });
    await assert.rejects(failing, /no entry/);
    assert.deepEqual(kinds(), ['agent-reaped']);
  });

  it('a person by name, and anybody else by the best name there is', async () => {
    const names = [
      { provider: 'human', nativeActorKey: 'human:ana' },
      { provider: 'human', nativeActorKey: 'human:' },
      { nativeActorKey: 'codex:thread:42' },
      { provider: 'openai' },
      { harness: '', model: 'gpt-5', nativeActorKey: 'key' },
      {},
    ];
    for (const fields of names)
      await registry.tryReserveThread(JSON.stringify(fields), onMain(fields));
    assert.deepEqual(
      events.map(({ actor }) => (actor.name === actor.sessionId ? 'its session' : actor.name)),
      ['ana', 'human:', 'codex:thread:42', 'openai', 'gpt-5', 'its session'],
    );
  });

  it('nothing where there is no log', async () => {
    const outcome = await open().tryReserveThread('main', onMain());
    assert.equal(outcome.kind, 'reserved');
    assert.deepEqual(events, []);
  });
});
