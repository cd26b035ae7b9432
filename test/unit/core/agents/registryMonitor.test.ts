import assert from 'node:assert/strict';
import { Emitter } from '../../../../src/base/event.ts';
import { silentLogger } from '../../../../src/base/logger.ts';
import { AgentRegistry } from '../../../../src/core/agents/agentRegistry.ts';
import type { FolderChange } from '../../../../src/core/agents/folderWatcher.ts';
import {
  RegistryMonitor,
  type RegistryChange,
} from '../../../../src/core/agents/registryMonitor.ts';
import { buildEntry, dayMs } from '../../../support/entryBuilder.ts';
import { settle } from '../../../support/eventually.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { FakeProbe } from '../../../support/fakeProbe.ts';
import { MemoryAgentStore } from '../../../support/memoryAgentStore.ts';

const pid = 4711;
const livenessIntervalMs = 2000;
const rescanIntervalMs = 45_000;

class Fixture {
  readonly store = new MemoryAgentStore();
  readonly probe = new FakeProbe();
  readonly clock = new FakeClock();
  readonly watcher = new Emitter<FolderChange>();
  readonly changes: RegistryChange[] = [];
  readonly monitor: RegistryMonitor;

  constructor() {
    const { store, probe, clock } = this;
    this.probe.run(pid);
    const registry = new AgentRegistry({
      store,
      probe,
      clock,
      random: (count) => new Uint8Array(count),
      logger: silentLogger,
      realPath: (path) => Promise.resolve(path),
    });
    this.monitor = new RegistryMonitor({
      root: '/r',
      folder: '/r/.heddle/agents',
      store,
      registry,
      watcher: { onDidChange: this.watcher.event },
      clock,
      logger: silentLogger,
      livenessIntervalMs,
      rescanIntervalMs,
    });
    this.monitor.onDidChange((change) => this.changes.push(change));
  }

  async hear(...fileNames: readonly string[]): Promise<void> {
    this.watcher.fire({ fileNames });
    await settle();
  }

  /** The changes since the last call. */
  taken(): readonly RegistryChange[] {
    return this.changes.splice(0);
  }
}

describe('RegistryMonitor', () => {
  let fixture: Fixture;
  beforeEach(async () => {
    fixture = new Fixture();
    fixture.store.write(buildEntry('agent-a', { pid }));
    fixture.store.write(buildEntry('agent-b'));
    await fixture.monitor.refresh();
  });
  afterEach(() => fixture.monitor.dispose());

  it('RegistryMonitor publishes the first picture as one change', () => {
    const [change, ...more] = fixture.taken();

    assert.deepEqual(change?.diff.added, ['agent-a', 'agent-b']);
    assert.equal(change.snapshot, fixture.monitor.snapshot);
    assert.deepEqual(fixture.monitor.snapshot.state, { kind: 'ready' });
    assert.deepEqual(more, []);
  });

  it('RegistryMonitor says nothing when nothing has changed', async () => {
    const before = fixture.monitor.snapshot;
    fixture.taken();

    await fixture.hear('agent-a.toml');
    await fixture.monitor.refresh();
    fixture.store.write(buildEntry('agent-a', { pid }));
    await fixture.hear('agent-a.toml');

    assert.deepEqual(fixture.taken(), []);
    assert.equal(fixture.monitor.snapshot, before);
  });

  it('RegistryMonitor keeps the objects of agents that did not change', async () => {
    const [a, b] = fixture.monitor.snapshot.agents;
    fixture.taken();
    fixture.store.write(buildEntry('agent-a', { pid, model: 'm' }));

    await fixture.hear('agent-a.toml');

    assert.deepEqual(
      fixture.taken().map(({ diff }) => diff.changed),
      [['agent-a']],
    );
    assert.notEqual(fixture.monitor.snapshot.agents[0], a);
    assert.equal(fixture.monitor.snapshot.agents[1], b);
  });

  it('RegistryMonitor coalesces what it hears during a look, and asks for all of it', async () => {
    fixture.store.refreshes.length = 0;
    for (const name of ['a', 'b', 'c', 'd'])
      fixture.watcher.fire({ fileNames: [`agent-${name}.toml`] });
    await settle();

    assert.equal(fixture.store.refreshes.length, 2, 'one look at once and one for the rest');
    const asked = fixture.store.refreshes.flatMap((scope) => [...(scope?.fileNames ?? [])]);
    assert.deepEqual(asked, ['agent-a.toml', 'agent-b.toml', 'agent-c.toml', 'agent-d.toml']);
  });

  it('RegistryMonitor looks at everything when it does not know what changed', async () => {
    fixture.store.refreshes.length = 0;
    fixture.watcher.fire({ fileNames: ['agent-a.toml'] });
    fixture.watcher.fire({ fileNames: undefined });
    fixture.watcher.fire({ fileNames: ['agent-b.toml'] });
    await settle();

    assert.ok(fixture.store.refreshes.some((scope) => scope?.fileNames === undefined));
  });

  it('RegistryMonitor does not starve while events never stop', async () => {
    fixture.taken();
    for (let i = 0; i < 200; i += 1) {
      fixture.store.write(buildEntry('agent-b', { model: `m${i}` }));
      fixture.watcher.fire({ fileNames: ['agent-b.toml'] });
      await new Promise((resolve) => setImmediate(resolve));
    }
    const seen = fixture.taken().length;

    assert.ok(seen >= 100, `${seen} changes were told of while events kept coming`);
  });

  it('RegistryMonitor finishes a refresh although events never stop', async () => {
    const { store, watcher } = fixture;
    const refresh = store.refresh.bind(store);
    let looks = 0;
    store.refresh = (scope) => {
      looks += 1;
      if (looks < 500) watcher.fire({ fileNames: ['agent-b.toml'] });
      return refresh(scope);
    };

    await fixture.monitor.refresh();

    assert.ok(looks < 5, `a refresh waited for ${looks} looks`);
  });

  it('RegistryMonitor sees the death of a process, which writes no file', async () => {
    fixture.taken();
    fixture.probe.end(pid);
    fixture.clock.advance(livenessIntervalMs);
    await settle();

    assert.deepEqual(
      fixture.taken().map(({ diff }) => diff.changed),
      [['agent-a']],
    );
    assert.deepEqual(fixture.monitor.snapshot.agents[0]?.verdict, {
      liveness: 'dead',
      reason: 'gone',
    });
  });

  it('RegistryMonitor looks at no process when none is recorded', async () => {
    fixture.store.write(
      buildEntry('agent-a', { pid, status: 'complete', completedAt: '2026-06-01T12:00:00Z' }),
    );
    await fixture.hear('agent-a.toml');
    fixture.store.refreshes.length = 0;

    fixture.clock.advance(rescanIntervalMs - 1);
    await settle();

    assert.equal(fixture.store.refreshes.length, 0);
  });

  it('RegistryMonitor looks at everything again from time to time, in case an event was lost', async () => {
    fixture.taken();
    fixture.store.write(buildEntry('agent-c'));
    fixture.clock.advance(rescanIntervalMs);
    await settle();
    assert.deepEqual(
      fixture.taken().flatMap(({ diff }) => diff.added),
      ['agent-c'],
    );

    fixture.store.write(buildEntry('agent-d'));
    fixture.clock.advance(rescanIntervalMs);
    await settle();
    assert.deepEqual(
      fixture.taken().flatMap(({ diff }) => diff.added),
      ['agent-d'],
      'again and again',
    );
  });

  it('RegistryMonitor keeps the last picture while the store fails, and recovers', async () => {
    const { agents } = fixture.monitor.snapshot;
    fixture.taken();
    fixture.store.failure = new Error('disk on fire');
    await fixture.monitor.refresh();
    await fixture.monitor.refresh();

    assert.equal(fixture.taken().length, 1, 'told once');
    assert.deepEqual(fixture.monitor.snapshot.state, { kind: 'failed', problem: 'disk on fire' });
    assert.equal(fixture.monitor.snapshot.agents, agents);

    fixture.store.failure = undefined;
    fixture.store.write(buildEntry('agent-c'));
    fixture.store.refreshes.length = 0;
    await fixture.hear('agent-unrelated.toml');

    assert.equal(fixture.store.refreshes[0]?.fileNames, undefined, 'all of it may have changed');
    assert.deepEqual(fixture.monitor.snapshot.state, { kind: 'ready' });
    assert.deepEqual(
      fixture.taken().flatMap(({ diff }) => diff.added),
      ['agent-c'],
    );
  });

  it('RegistryMonitor shows the agents also when their processes cannot be looked at', async () => {
    fixture.probe.failure = new Error('no such command');
    fixture.store.write(buildEntry('agent-c', { pid }));
    await fixture.hear('agent-c.toml');

    assert.deepEqual(fixture.monitor.snapshot.state, { kind: 'ready' });
    assert.equal(fixture.monitor.snapshot.agents.length, 3);
    assert.equal(fixture.monitor.snapshot.agents[0]?.verdict.liveness, 'unknown');
  });

  it('RegistryMonitor says when there is no folder', async () => {
    fixture.store.isPresent = false;
    fixture.store.index.delete('agent-a.toml');
    fixture.store.index.delete('agent-b.toml');
    await fixture.monitor.refresh();

    assert.deepEqual(fixture.monitor.snapshot.state, { kind: 'absent' });
    assert.deepEqual(fixture.monitor.snapshot.agents, []);
  });

  it('RegistryMonitor shows broken files and when they are mended', async () => {
    fixture.taken();
    fixture.store.breakEntry('agent-b');
    await fixture.hear('agent-b.toml');
    const [change] = fixture.taken();
    assert.equal(change?.diff.brokenChanged, true);
    assert.deepEqual(change.diff.removed, ['agent-b']);
    assert.equal(change.snapshot.broken[0]?.lastGood?.entry.sessionId, 'agent-b');

    fixture.store.write(buildEntry('agent-b'));
    await fixture.hear('agent-b.toml');
    assert.deepEqual(fixture.taken()[0]?.diff.added, ['agent-b']);
  });

  it('RegistryMonitor does not show what is due for pruning, and drops it when its time comes', async () => {
    const completedAt = new Date(fixture.clock.now() - 7 * dayMs + 60_000).toISOString();
    fixture.store.write(buildEntry('agent-old', { status: 'complete', completedAt }));
    await fixture.hear('agent-old.toml');
    assert.equal(fixture.monitor.snapshot.agents.length, 3);

    fixture.clock.advance(120_000);
    await settle();
    assert.equal(fixture.monitor.snapshot.agents.length, 2);
  });

  it('RegistryMonitor goes on when a listener throws', async () => {
    fixture.monitor.onDidChange(() => {
      throw new Error('broken listener');
    });
    fixture.taken();
    fixture.store.write(buildEntry('agent-c'));
    await fixture.hear('agent-c.toml');

    assert.equal(fixture.taken().length, 1);
    assert.deepEqual(fixture.monitor.snapshot.state, { kind: 'ready' });
  });

  it('RegistryMonitor is silent and leaves no timer after its disposal', async () => {
    fixture.taken();
    fixture.watcher.fire({ fileNames: ['agent-a.toml'] });
    fixture.monitor.dispose();
    fixture.store.write(buildEntry('agent-c'));
    await fixture.hear('agent-c.toml');
    await fixture.monitor.refresh();

    assert.deepEqual(fixture.taken(), []);
    assert.equal(fixture.clock.pendingTimers, 0);
  });
});
