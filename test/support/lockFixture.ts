import { join } from 'node:path';
import { silentLogger } from '../../src/base/logger.ts';
import type { ActivityEvent } from '../../src/core/activity/activityEvent.ts';
import type { NewAgentEntry } from '../../src/core/agents/agentEntry.ts';
import { LivenessAssessor } from '../../src/core/agents/livenessAssessor.ts';
import { FileLocks } from '../../src/core/locks/fileLocks.ts';
import type { HolderRef } from '../../src/core/locks/holderRef.ts';
import { defaultLockConfig, type LockConfig } from '../../src/core/locks/lockConfig.ts';
import type { LockHolder } from '../../src/core/locks/lockHolder.ts';
import type { PathRules } from '../../src/core/locks/lockPath.ts';
import type { LockStore } from '../../src/core/locks/lockStore.ts';
import { JsonLockStore, type JsonLockStoreOptions } from '../../src/node/jsonLockStore.ts';
import { buildEntry } from './entryBuilder.ts';
import { FakeClock } from './fakeClock.ts';
import { FakeProbe } from './fakeProbe.ts';
import { MemoryAgentStore } from './memoryAgentStore.ts';
import { exactPaths, MemoryLockFolder, MemoryLockStore } from './memoryLockStore.ts';
import { makeTempFolder, removeTempFolder } from './tempFolder.ts';

export const lockStoreKinds = ['memory', 'json'] as const;
export type LockStoreKind = (typeof lockStoreKinds)[number];

/** Locks on a store of either kind, with a machine, agents and a time that the test controls. */
export class LockFixture {
  readonly root = makeTempFolder();
  readonly folder = join(this.root, '.heddle', 'file-locks');
  readonly clock = new FakeClock();
  readonly probe = new FakeProbe();
  readonly entries = new MemoryAgentStore();
  readonly events: ActivityEvent[] = [];
  readonly memory: MemoryLockFolder;
  config: LockConfig = defaultLockConfig;

  constructor(
    private readonly kind: LockStoreKind = 'memory',
    private readonly rules: PathRules = exactPaths,
  ) {
    this.memory = new MemoryLockFolder(rules);
  }

  get assessor(): LivenessAssessor {
    return new LivenessAssessor(this.probe, silentLogger);
  }

  /** Other locks on the same state; with files, as another process would have them. */
  open(options: JsonLockStoreOptions = {}): FileLocks {
    return this.openOn(this.openStore(options));
  }

  openStore(options: JsonLockStoreOptions = {}): LockStore {
    if (this.kind === 'memory') return new MemoryLockStore(this.memory);
    return this.openFiles(options);
  }

  openFiles(options: JsonLockStoreOptions = {}): JsonLockStore {
    return new JsonLockStore(this.folder, () => this.rules, options);
  }

  openOn(store: LockStore): FileLocks {
    return new FileLocks({
      store,
      entries: this.entries,
      assessor: this.assessor,
      clock: this.clock,
      config: () => this.config,
      activity: {
        append: (events) => {
          this.events.push(...events);
          return Promise.resolve();
        },
      },
    });
  }

  /** An agent of the registry; with a pid its process runs. */
  agent(sessionId: string, fields: Partial<NewAgentEntry> = {}): HolderRef {
    this.entries.write(buildEntry(sessionId, fields));
    if (fields.pid !== undefined) this.probe.run(fields.pid);
    return { kind: 'session', sessionId };
  }

  dispose(): void {
    removeTempFolder(this.root);
  }
}

/** Whoever gives a name or a number. */
export function named(text: string): HolderRef {
  return { kind: 'text', text };
}

/** The window of an editor, whose extension host has this process. */
export function window(windowId: string, pid: number): HolderRef {
  const process = {
    pid,
    bootId: 'this-boot',
    processStart: undefined,
    pidNamespace: undefined,
    startedAt: '2026-06-01T12:00:00Z',
  };
  return { kind: 'window', windowId, name: `Person at ${windowId}`, process };
}

export function pathsHeldBy(holder: LockHolder | undefined): readonly string[] {
  return [...(holder?.locks.values() ?? [])].map(({ path }) => path).sort();
}

/** Defines the same tests for locks in memory and for locks in files. */
export function describeWithEachLockStore(
  title: string,
  define: (fixture: () => LockFixture) => void,
): void {
  for (const kind of lockStoreKinds) {
    describe(`${title} (${kind} store)`, () => define(useLockFixture(kind)));
  }
}

/** A fixture of its own for each test of the suite in which it is called. */
export function useLockFixture(
  kind: LockStoreKind = 'memory',
  rules: PathRules = exactPaths,
): () => LockFixture {
  let current: LockFixture | undefined;
  beforeEach(() => {
    current = new LockFixture(kind, rules);
  });
  afterEach(() => current?.dispose());
  return () => {
    if (current === undefined) throw new Error('only inside a test');
    return current;
  };
}
