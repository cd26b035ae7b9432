import assert from 'node:assert/strict';
import { silentLogger } from '../../../../src/base/logger.ts';
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

describeWithEachStore('AgentRegistry beyond the seed', (fixture) => {
  let registry: AgentRegistry;
  beforeEach(() => {
    fixture().probe.run(livePid);
    registry = fixture().open();
  });
  const now = (): number => fixture().clock.now();

  describe('list', () => {
    it('list orders by start to the nanosecond, whatever the offset, and ties by session id', async () => {
      const starts: Readonly<Record<string, string>> = {
        'agent-b': '2026-06-01T12:00:00.123456789Z',
        'agent-a': '2026-06-01T12:00:00.123456789Z',
        'agent-c': '2026-06-01T12:00:00.123456790Z',
        'agent-d': '2026-06-01T14:00:00.1234567891+02:00',
        'agent-e': '2026-06-01T12:00:00.1Z',
        'agent-f': '2026-06-01T13:00:01+01:00',
      };
      for (const [id, startedAt] of Object.entries(starts)) {
        await registry.save(buildEntry(id, { startedAt }));
      }

      assert.deepEqual(ids(await registry.list()), [
        'agent-f',
        'agent-c',
        'agent-a',
        'agent-b',
        'agent-d',
        'agent-e',
      ]);
    });

    it('list prunes at exactly seven days, not a millisecond earlier', async () => {
      const ended = (ms: number): Partial<AgentEntry> => ({
        status: 'complete',
        completedAt: formatTimestamp(now() - ms),
      });
      await registry.save(buildEntry('agent-seven-days', ended(7 * dayMs)));
      await registry.save(buildEntry('agent-almost', ended(7 * dayMs - 1)));

      assert.deepEqual(ids(await registry.list()), ['agent-almost']);
    });

    it('list counts from the start when the end is missing, and never prunes active ones', async () => {
      const startedAt = formatTimestamp(now() - 8 * dayMs);
      await registry.save(buildEntry('agent-no-end', { status: 'abandoned', startedAt }));
      await registry.save(buildEntry('agent-old-but-active', { startedAt }));
      await registry.save(
        buildEntry('agent-ended-late', {
          status: 'merged',
          startedAt,
          completedAt: formatTimestamp(now()),
        }),
      );

      assert.deepEqual(ids(await registry.list()), ['agent-ended-late', 'agent-old-but-active']);
    });

    it('list hides what is due and prunes nothing when it may only read', async () => {
      const completedAt = formatTimestamp(now() - 8 * dayMs);
      await registry.save(buildEntry('agent-stale', { status: 'complete', completedAt }));
      const reader = fixture().open({ isReadOnly: true });

      assert.deepEqual(await reader.list(), []);
      assert.equal(await reader.load('agent-stale'), undefined);

      assert.equal(await registry.delete('agent-stale'), true, 'the file is still there');
    });

    it('list keeps what ends in the future, as after a clock that was set back', async () => {
      await registry.save(
        buildEntry('agent-a', { status: 'complete', completedAt: formatTimestamp(now()) }),
      );

      fixture().clock.jumpTo(now() - 365 * dayMs);
      assert.deepEqual(ids(await registry.list()), ['agent-a']);
      fixture().clock.jumpTo(Date.parse('2099-01-01T00:00:00Z'));
      assert.deepEqual(await registry.list(), []);
    });
  });

  describe('updates', () => {
    it('updateStatus stamps the end of a terminal status and clears it for active', async () => {
      await registry.save(buildEntry('agent-a'));
      for (const status of ['abandoned', 'complete', 'merged'] as const) {
        const updated = await registry.updateStatus('agent-a', status);
        assert.equal(updated?.completedAt, formatTimestamp(now()));
      }

      const active = await registry.updateStatus('agent-a', 'active');

      assert.equal(active?.status, 'active');
      assert.equal(active.completedAt, undefined);
    });

    it('updateStatus and updateEntry give undefined for an unknown session', async () => {
      assert.equal(await registry.updateStatus('agent-nobody', 'complete'), undefined);
      assert.equal(await registry.updateEntry('agent-nobody', (entry) => entry), undefined);
      await registry.logContextQuery('agent-nobody', {
        path: 'a',
        queriedAt: formatTimestamp(now()),
        unknownFields: {},
      });
      assert.deepEqual(await registry.list(), []);
    });

    it('updateEntry refuses to give an entry another session id', async () => {
      await registry.save(buildEntry('agent-a'));
      await registry.save(buildEntry('agent-b', { model: 'of b' }));

      const update = registry.updateEntry('agent-a', (entry) => ({
        ...entry,
        sessionId: 'agent-b',
      }));

      await rejectsWith(update, 'invalid-entry');
      assert.equal((await registry.load('agent-b'))?.model, 'of b');
    });

    it('createGeneratedEntry never replaces an entry, whatever id the builder returns', async () => {
      await registry.save(buildEntry('agent-b', { model: 'of b' }));

      await rejectsWith(
        registry.createGeneratedEntry(() => buildEntry('agent-b')),
        'invalid-entry',
      );

      assert.equal((await registry.load('agent-b'))?.model, 'of b');
    });

    it('every operation refuses a session id that could leave the folder', async () => {
      for (const id of [
        '../agent-a',
        'a/b',
        '..',
        '',
        'Agent',
        'a.b',
        'a\0',
        'a\n',
        'a'.repeat(201),
      ]) {
        await rejectsWith(registry.load(id), 'invalid-session-id');
        await rejectsWith(registry.save(buildEntry(id)), 'invalid-session-id');
        await rejectsWith(registry.updateStatus(id, 'complete'), 'invalid-session-id');
        await rejectsWith(
          Promise.resolve().then(() => registry.delete(id)),
          'invalid-session-id',
        );
      }
      assert.deepEqual(await registry.list(), []);
    });

    it('delete tells whether there was an entry', async () => {
      await registry.save(buildEntry('agent-a'));

      assert.equal(await registry.delete('agent-a'), true);
      assert.equal(await registry.delete('agent-a'), false);
      assert.equal(await registry.load('agent-a'), undefined);
    });
  });

  describe('findOrCreateActiveEntry', () => {
    const key = { name: 'clientInstanceId', value: 'client-a' } as const;

    for (const withKey of [true, false]) {
      it(`findOrCreateActiveEntry updates the match or creates one (${withKey ? 'with' : 'without'} key)`, async () => {
        const options = {
          matches: (entry: AgentEntry) => entry.clientInstanceId === key.value,
          update: (entry: AgentEntry) => ({ ...entry, model: 'updated' }),
          build: (id: string) => buildEntry(id, { clientInstanceId: key.value, model: 'created' }),
          ...(withKey ? { key } : {}),
        };
        await registry.save(buildEntry('agent-other', { clientInstanceId: 'client-b' }));
        await registry.save(
          buildEntry('agent-over', {
            clientInstanceId: key.value,
            status: 'complete',
            completedAt: formatTimestamp(now()),
          }),
        );

        const created = await registry.findOrCreateActiveEntry(options);
        const found = await registry.findOrCreateActiveEntry(options);

        assert.equal(created.isCreated, true);
        assert.equal(created.entry.model, 'created');
        assert.equal(found.isCreated, false);
        assert.equal(found.entry.sessionId, created.entry.sessionId);
        assert.equal(found.entry.model, 'updated');
        assert.equal((await registry.list()).length, 3);
      });
    }

    it('findOrCreateActiveEntry is one step for many at once', async () => {
      const others = Array.from({ length: 8 }, () => fixture().open());
      const outcomes = await Promise.all(
        others.map((other) =>
          other.findOrCreateActiveEntry({
            key,
            matches: () => true,
            update: (entry) => entry,
            build: (id) => buildEntry(id, { clientInstanceId: key.value }),
          }),
        ),
      );

      assert.equal(outcomes.filter((outcome) => outcome.isCreated).length, 1);
      assert.equal((await registry.list()).length, 1);
    });

    it('findOrCreateActiveEntry tells the verdict, so that a dead match can be refused', async () => {
      await registry.save(buildEntry('agent-dead', { clientInstanceId: key.value, pid: deadPid }));

      const { isCreated } = await registry.findOrCreateActiveEntry({
        key,
        matches: (_, verdict) => verdict.liveness !== 'dead',
        update: (entry) => entry,
        build: (id) => buildEntry(id),
      });

      assert.equal(isCreated, true);
    });
  });

  describe('finding', () => {
    it('find… prefer the most recent active entry', async () => {
      const keys = {
        heddleSessionId: 'sess-1',
        clientInstanceId: 'client-1',
        nativeActorKey: 'codex:thread:1',
        nativeInstanceKey: 'instance-1',
        path: fixture().root,
      };
      const at = (startedAt: string): Partial<AgentEntry> => ({ ...keys, startedAt });
      await registry.save(buildEntry('agent-old', at('2026-06-01T10:00:00Z')));
      await registry.save(buildEntry('agent-new', at('2026-06-01T11:00:00Z')));
      await registry.save(
        buildEntry('agent-over', {
          ...at('2026-06-01T11:30:00Z'),
          status: 'complete',
          completedAt: '2026-06-01T11:59:00Z',
        }),
      );

      const found = [
        await registry.findActiveByHeddleSessionId('sess-1'),
        await registry.findActiveByClientInstanceId('client-1'),
        await registry.findActiveByNativeActorKey('codex:thread:1'),
        await registry.findActiveByPath(fixture().root),
        await registry.findActiveByNativeInstanceKeyAtPath('instance-1', fixture().root),
      ];

      assert.deepEqual(new Set(found.map((entry) => entry?.sessionId)), new Set(['agent-new']));
      assert.equal(
        await registry.findActiveByNativeInstanceKeyAtPath('instance-1', '/'),
        undefined,
      );
      assert.equal(await registry.findActiveByHeddleSessionId('sess-2'), undefined);
    });

    it('actorChainForSession prefers an active parent, then the most recent', async () => {
      const parent = { nativeActorKey: 'codex:thread:p' };
      await registry.save(buildEntry('agent-child', { nativeParentActorKey: 'codex:thread:p' }));
      await registry.save(
        buildEntry('agent-oldest', { ...parent, startedAt: '2026-06-01T09:00:00Z' }),
      );
      await registry.save(
        buildEntry('agent-older', { ...parent, startedAt: '2026-06-01T10:00:00Z' }),
      );
      await registry.save(
        buildEntry('agent-over', {
          ...parent,
          status: 'merged',
          completedAt: '2026-06-01T11:30:00Z',
          startedAt: '2026-06-01T11:00:00Z',
        }),
      );
      const chain = async (): Promise<readonly string[]> =>
        ids(await registry.actorChainForSession('agent-child'));

      assert.deepEqual(await chain(), ['agent-older', 'agent-child']);
      await registry.updateStatus('agent-older', 'complete');
      assert.deepEqual(await chain(), ['agent-oldest', 'agent-child']);
      await registry.updateStatus('agent-oldest', 'complete');
      assert.deepEqual(await chain(), ['agent-over', 'agent-child']);
    });

    it('actorChainForSession ends at itself, at an unknown parent, and is empty for nobody', async () => {
      await registry.save(
        buildEntry('agent-self', { nativeActorKey: 'k', nativeParentActorKey: 'k' }),
      );
      await registry.save(buildEntry('agent-orphan', { nativeParentActorKey: 'nobody' }));

      assert.deepEqual(ids(await registry.actorChainForSession('agent-self')), ['agent-self']);
      assert.deepEqual(ids(await registry.actorChainForSession('agent-orphan')), ['agent-orphan']);
      assert.deepEqual(await registry.actorChainForSession('agent-nobody'), []);
      assert.deepEqual(await registry.actorChainForSession('../../etc/passwd'), []);
    });
  });

  it('livenessForAll looks at each process once and judges in order', async () => {
    fixture().probe.looks.length = 0;

    const verdicts = await registry.livenessForAll([
      buildEntry('agent-a', { pid: livePid }),
      buildEntry('agent-b', { pid: deadPid }),
      buildEntry('agent-c', { pid: livePid }),
      buildEntry('agent-d'),
    ]);

    assert.deepEqual(
      verdicts.map((verdict) => verdict.liveness),
      ['alive', 'dead', 'alive', 'unknown'],
    );
    assert.deepEqual(fixture().probe.looks, [[livePid, deadPid]]);
  });

  it('livenessForAll judges unknown, and says so in the log, when processes cannot be looked at', async () => {
    const warnings: string[] = [];
    const logging = fixture().open({
      logger: { ...silentLogger, warn: (message) => warnings.push(message) },
    });
    await registry.save(buildEntry('agent-a', { thread: 'main', pid: deadPid }));
    fixture().probe.failure = new Error('no such command');

    const verdict = await logging.livenessFor(buildEntry('agent-b', { pid: livePid }));

    assert.equal(verdict.liveness, 'unknown');
    assert.notEqual(verdict.reason, 'no-process', 'a process is recorded; it was not looked at');
    assert.equal(warnings.length, 1);
    assert.deepEqual(await logging.reapDead(), []);
    const outcome = await logging.tryReserveThread('main', (id) => buildEntry(id));
    assert.equal(outcome.kind, 'live-owner', 'without evidence nobody loses a thread');
  });
});
