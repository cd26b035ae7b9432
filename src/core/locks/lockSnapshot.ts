import type { AgentEntry } from '../agents/agentEntry.ts';
import type { LivenessVerdict } from '../agents/liveness.ts';
import type { RegistryState } from '../agents/registrySnapshot.ts';
import type { FileLock } from './fileLock.ts';
import type { LockEnd } from './lockEnd.ts';
import type { LockHolder, LockWait } from './lockHolder.ts';
import type { PathRules } from './lockPath.ts';
import type { BrokenHolder } from './lockStore.ts';

/** A lock that stands. The object stays the same while neither the lock nor its end changes. */
export interface HeldPath {
  readonly key: string;
  readonly lock: FileLock;
  readonly end: LockEnd;
}

/** A holder at one moment. The object stays the same while nothing about it changes. */
export interface HolderSnapshot {
  readonly holder: LockHolder;
  readonly verdict: LivenessVerdict;
  /** The agent to which it belongs. */
  readonly entry: AgentEntry | undefined;
  /** Who spawned whom, root first, ending with the entry; empty without one. */
  readonly chain: readonly AgentEntry[];
  readonly isCrashed: boolean;
  /** Only what stands, by path. */
  readonly locks: readonly HeldPath[];
  /** Only those who still wait. */
  readonly waits: readonly LockWait[];
  /** When the first of its locks or waits ends by the clock; infinity for never. */
  readonly nextEndMs: number;
}

/** All holders of one root at one moment. Never changes. */
export interface LockSnapshot {
  readonly root: string;
  /** The folder of the holders. */
  readonly folder: string;
  readonly rules: PathRules;
  readonly state: RegistryState;
  /** By id. */
  readonly holders: readonly HolderSnapshot[];
  readonly broken: readonly BrokenHolder[];
}

/** What happened to one holder: it came, went, or is not what it was. */
export interface HolderChange {
  readonly before: HolderSnapshot | undefined;
  readonly after: HolderSnapshot | undefined;
}

export interface LockDiff {
  readonly holders: readonly HolderChange[];
  readonly brokenChanged: boolean;
  readonly stateChanged: boolean;
}

/** Compares by object identity, at the cost of one look at each holder. */
export function diffLocks(before: LockSnapshot, after: LockSnapshot): LockDiff {
  const changes: HolderChange[] = [];
  const gone = new Map(before.holders.map((each) => [each.holder.id, each]));
  for (const each of after.holders) {
    const previous = gone.get(each.holder.id);
    gone.delete(each.holder.id);
    if (previous !== each) changes.push({ before: previous, after: each });
  }
  for (const previous of gone.values()) changes.push({ before: previous, after: undefined });
  return {
    holders: changes,
    brokenChanged: before.broken !== after.broken,
    stateChanged: JSON.stringify(before.state) !== JSON.stringify(after.state),
  };
}

export function isEmptyLockDiff(diff: LockDiff): boolean {
  return diff.holders.length === 0 && !diff.brokenChanged && !diff.stateChanged;
}
