import assert from 'node:assert/strict';
import { AgentRegistry } from '../../../../src/core/agents/agentRegistry.ts';
import { isRegistryError } from '../../../../src/core/agents/registryError.ts';
import { silentLogger } from '../../../../src/base/logger.ts';
import { buildEntry } from '../../../support/entryBuilder.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { FakeProbe } from '../../../support/fakeProbe.ts';
import { MemoryAgentStore } from '../../../support/memoryAgentStore.ts';

const livePid = 4711;

function open(): { store: MemoryAgentStore; registry: AgentRegistry; probe: FakeProbe } {
  const store = new MemoryAgentStore();
  const probe = new FakeProbe();
  probe.run(livePid);
  let drawn = 0;
  const registry = new AgentRegistry({
    store,
    probe,
    clock: new FakeClock(),
    random: (count) => new Uint8Array(count).fill((drawn += 1)),
    logger: silentLogger,
    realPath: (path) => Promise.resolve(path),
  });
  return { store, registry, probe };
}

describe('AgentRegistry with broken entries', () => {
  it('tryReserveThread still counts the last good version of a broken file as owner', async () => {
    const { store, registry } = open();
    await registry.save(buildEntry('agent-a', { thread: 'main', pid: livePid }));
    store.breakEntry('agent-a');

    const outcome = await registry.tryReserveThread('main', (id) => buildEntry(id));

    assert.equal(outcome.kind, 'live-owner');
    assert.equal(outcome.entry.sessionId, 'agent-a');
  });

  it('tryReserveThread counts it too when it breaks between the view and the decision', async () => {
    const { store, registry } = open();
    await registry.save(buildEntry('agent-a', { thread: 'main', pid: livePid }));
    const view = store.index;
    const findBy = view.findBy.bind(view);
    view.findBy = (key, value) => {
      const found = findBy(key, value);
      store.breakEntry('agent-a');
      return found;
    };

    const outcome = await registry.tryReserveThread('main', (id) => buildEntry(id));

    assert.equal(outcome.kind, 'live-owner');
  });

  it('tryReserveThread ignores a broken file of another thread, of a dead or finished owner, or of no known content', async () => {
    const { store, registry } = open();
    await registry.save(buildEntry('agent-other', { thread: 'other', pid: livePid }));
    await registry.save(buildEntry('agent-dead', { thread: 'main', pid: livePid + 1 }));
    await registry.save(
      buildEntry('agent-over', {
        thread: 'main',
        status: 'complete',
        completedAt: '2026-06-01T12:00:00Z',
      }),
    );
    for (const id of ['agent-other', 'agent-dead', 'agent-over', 'agent-blank']) {
      store.breakEntry(id);
    }

    const outcome = await registry.tryReserveThread('main', (id) =>
      buildEntry(id, { thread: 'main' }),
    );

    assert.equal(outcome.kind, 'reserved');
    assert.equal(store.index.broken().length, 4, 'no broken file was touched');
  });

  it('undoReap counts the last good version of a broken file as the new owner', async () => {
    const { store, registry } = open();
    await registry.save(buildEntry('agent-a', { thread: 'main', pid: livePid + 1 }));
    const [reaped] = await registry.reapDead();
    await registry.save(buildEntry('agent-b', { thread: 'main', pid: livePid }));
    store.breakEntry('agent-b');

    await assert.rejects(registry.undoReap(reaped?.entry ?? assert.fail()), (error) =>
      isRegistryError(error, 'undo-refused'),
    );
  });

  it('the other operations skip a broken entry and change nothing of it', async () => {
    const { store, registry } = open();
    await registry.save(buildEntry('agent-a', { nativeActorKey: 'k', clientInstanceId: 'c' }));
    await registry.save(buildEntry('agent-b', { nativeParentActorKey: 'k', pid: 1 }));
    store.breakEntry('agent-a');
    const [broken] = store.index.broken();

    assert.deepEqual(
      (await registry.list()).map((entry) => entry.sessionId),
      ['agent-b'],
    );
    assert.equal((await registry.reapDead()).length, 1);
    assert.equal(await registry.findActiveByClientInstanceId('c'), undefined);
    assert.equal((await registry.actorChainForSession('agent-b')).length, 1);
    assert.deepEqual(await registry.actorChainForSession('agent-a'), []);
    const { isCreated } = await registry.findOrCreateActiveEntry({
      matches: (entry) => entry.sessionId === 'agent-a',
      update: (entry) => entry,
      build: (id) => buildEntry(id),
    });
    assert.equal(isCreated, true);
    assert.equal(store.index.broken()[0], broken);
  });

  it('load and updates of a broken entry say which file to repair', async () => {
    const { store, registry } = open();
    store.breakEntry('agent-a', 'Line 3 is odd.');
    const isHelpful = (error: unknown): boolean =>
      isRegistryError(error, 'broken-entry') && /agent-a\.toml.*Line 3 is odd/.test(error.message);

    await assert.rejects(registry.load('agent-a'), isHelpful);
    await assert.rejects(registry.updateStatus('agent-a', 'complete'), isHelpful);
    assert.equal(await registry.delete('agent-a'), true, 'a person may delete it');
  });

  it('createGeneratedEntry does not use the id of a broken file', async () => {
    const first = await open().registry.createGeneratedEntry((id) => buildEntry(id));
    const { registry: again, store } = open();
    store.breakEntry(first.sessionId);

    const second = await again.createGeneratedEntry((id) => buildEntry(id));

    assert.notEqual(second.sessionId, first.sessionId);
  });
});
