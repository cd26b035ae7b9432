import assert from 'node:assert/strict';
import type { AgentEntry } from '../../../../src/core/agents/agentEntry.ts';
import type { AgentRegistry } from '../../../../src/core/agents/agentRegistry.ts';
import { formatTimestamp } from '../../../../src/core/agents/timestamp.ts';
import { buildEntry, dayMs } from '../../../support/entryBuilder.ts';
import { rejectsWith } from '../../../support/rejectsWith.ts';
import { describeWithEachStore } from '../../../support/registryFixture.ts';

const livePid = 4711;
const deadPid = 4712;

function ids(entries: readonly { readonly sessionId: string }[]): readonly string[] {
  return entries.map((entry) => entry.sessionId);
}

function reapedIds(reaped: readonly { readonly entry: AgentEntry }[]): readonly string[] {
  return ids(reaped.map(({ entry }) => entry)).toSorted();
}

describeWithEachStore('AgentRegistry reserves and reaps', (fixture) => {
  let registry: AgentRegistry;
  beforeEach(() => {
    fixture().probe.run(livePid);
    registry = fixture().open();
  });
  const now = (): number => fixture().clock.now();

  describe('reservations', () => {
    it('tryReserveThread does not give a thread away whose owner cannot be judged', async () => {
      await registry.save(buildEntry('agent-unknown', { thread: 'main' }));

      const outcome = await registry.tryReserveThread('main', (id) =>
        buildEntry(id, { thread: 'main' }),
      );

      assert.equal(outcome.kind, 'live-owner');
      assert.equal(outcome.entry.sessionId, 'agent-unknown');
    });

    it('tryReserveThread is refused the second time, for the same process too', async () => {
      const build = (id: string): AgentEntry => buildEntry(id, { thread: 'main', pid: livePid });

      const first = await registry.tryReserveThread('main', build);
      const second = await registry.tryReserveThread('main', build);

      assert.equal(first.kind, 'reserved');
      assert.equal(second.kind, 'live-owner');
      assert.equal(second.entry.sessionId, first.entry.sessionId);
    });

    it('tryReserveThread prunes what is due on the thread', async () => {
      const completedAt = formatTimestamp(now() - 8 * dayMs);
      await registry.save(
        buildEntry('agent-stale', { thread: 'main', status: 'complete', completedAt }),
      );

      await registry.tryReserveThread('main', (id) => buildEntry(id, { thread: 'main' }));

      assert.equal(await registry.delete('agent-stale'), false);
    });

    it('tryReserveThread writes nothing when the builder fails', async () => {
      const reserve = registry.tryReserveThread('main', () => {
        throw new Error('no entry');
      });

      await assert.rejects(reserve, /no entry/);
      assert.deepEqual(await registry.list(), []);
      const next = await registry.tryReserveThread('main', (id) => buildEntry(id));
      assert.equal(next.kind, 'reserved', 'the lock is free again');
    });

    it('createGeneratedEntryForThread names thread and owner of a conflict', async () => {
      await registry.save(buildEntry('agent-owner', { thread: 'feature/x', pid: livePid }));

      const message = await rejectsWith(
        registry.createGeneratedEntryForThread('feature/x', (id) => buildEntry(id)),
        'thread-taken',
      );

      assert.match(message, /feature\/x/);
      assert.match(message, /agent-owner/);
    });

    it('a resumed agent with a new process keeps its thread', async () => {
      await registry.save(
        buildEntry('agent-a', { thread: 'main', pid: deadPid, processStart: 'test:1' }),
      );
      await registry.updateEntry('agent-a', (entry) => ({
        ...entry,
        pid: livePid,
        processStart: undefined,
        heartbeatAt: formatTimestamp(now()),
      }));

      assert.deepEqual(await registry.reapDead(), []);
      const outcome = await registry.tryReserveThread('main', (id) => buildEntry(id));
      assert.equal(outcome.kind, 'live-owner');
    });
  });

  describe('reapDead', () => {
    beforeEach(async () => {
      for (const name of ['a', 'b']) {
        await registry.save(buildEntry(`agent-${name}`, { thread: name, pid: deadPid }));
      }
      await registry.save(buildEntry('agent-alive', { thread: 'a', pid: livePid }));
      await registry.save(buildEntry('agent-unknown', { thread: 'a' }));
      await registry.save(
        buildEntry('agent-over', {
          pid: deadPid,
          status: 'complete',
          completedAt: '2026-05-31T00:00:00Z',
        }),
      );
    });

    it('reapDead abandons the dead with their evidence and leaves all others alone', async () => {
      const reaped = await registry.reapDead();

      assert.deepEqual(reapedIds(reaped), ['agent-a', 'agent-b']);
      for (const { entry, verdict } of reaped) {
        assert.equal(entry.status, 'abandoned');
        assert.equal(entry.completedAt, formatTimestamp(now()));
        assert.deepEqual(verdict, { liveness: 'dead', reason: 'gone' });
        assert.deepEqual(await registry.load(entry.sessionId), entry);
      }
      const over = await registry.load('agent-over');
      assert.equal(over?.completedAt, '2026-05-31T00:00:00Z');
      assert.equal((await registry.load('agent-unknown'))?.status, 'active');
      assert.deepEqual(await registry.reapDead(), [], 'nothing is reaped twice');
    });

    it('reapDead touches only the sessions that were confirmed', async () => {
      const sessionIds = new Set(['agent-b', 'agent-alive', 'agent-nobody']);

      assert.deepEqual(reapedIds(await registry.reapDead({ sessionIds })), ['agent-b']);
      assert.equal((await registry.load('agent-a'))?.status, 'active');
    });

    it('reapDead changes nothing in a dry run, also when it may only read', async () => {
      const reader = fixture().open({ isReadOnly: true });

      const wouldBe = await reader.reapDead({ isDryRun: true });

      assert.deepEqual(reapedIds(wouldBe), ['agent-a', 'agent-b']);
      assert.deepEqual(new Set(wouldBe.map(({ entry }) => entry.status)), new Set(['abandoned']));
      assert.equal((await registry.load('agent-a'))?.status, 'active');
      assert.deepEqual(reapedIds(await registry.reapDead()), ['agent-a', 'agent-b']);
    });

    it('reapDead spares an owner that was possibly re-used, or lives elsewhere', async () => {
      fixture().probe.run(deadPid, { startedAtMs: now() + dayMs });
      assert.deepEqual(await registry.reapDead(), []);

      fixture().probe.end(deadPid);
      await registry.updateEntry('agent-a', (entry) => ({ ...entry, pidNamespace: 'pid:[7]' }));
      assert.deepEqual(reapedIds(await registry.reapDead()), ['agent-b']);
    });
  });

  describe('undoReap', () => {
    let reaped: AgentEntry;
    beforeEach(async () => {
      await registry.save(buildEntry('agent-a', { thread: 'main', pid: deadPid }));
      reaped = (await registry.reapDead())[0]?.entry ?? assert.fail('nothing was reaped');
    });

    it('undoReap makes the entry active again', async () => {
      const undone = await registry.undoReap(reaped);

      assert.equal(undone.status, 'active');
      assert.equal(undone.completedAt, undefined);
      assert.deepEqual(await registry.load('agent-a'), undone);
    });

    it('undoReap is refused when the thread has another owner', async () => {
      const next = await registry.tryReserveThread('main', (id) =>
        buildEntry(id, { thread: 'main', pid: livePid }),
      );

      const message = await rejectsWith(registry.undoReap(reaped), 'undo-refused');

      assert.match(message, new RegExp(next.entry.sessionId));
      assert.equal((await registry.load('agent-a'))?.status, 'abandoned');
    });

    it('undoReap is refused when the entry has changed or is gone', async () => {
      fixture().clock.advance(1000);
      await registry.updateStatus('agent-a', 'merged');
      await rejectsWith(registry.undoReap(reaped), 'undo-refused');

      await registry.updateStatus('agent-a', 'abandoned');
      await rejectsWith(registry.undoReap(reaped), 'undo-refused');

      await registry.delete('agent-a');
      await rejectsWith(registry.undoReap(reaped), 'undo-refused');
    });
  });
});
