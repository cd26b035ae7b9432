import type { AgentEntry } from '../agents/agentEntry.ts';
import type { EndedLock, FileLock, LockMode } from './fileLock.ts';
import type { LockPath } from './lockPath.ts';

/**
 * Lifecycle of a holder (seed: `AgentState`): crashed ones have lost their locks, but their record is
 * kept; `gone` is what other systems export for one that was unregistered.
 */
export type HolderState = 'active' | 'crashed' | 'gone';

/** Who a holder is. It never changes, because the name of the file follows from it. */
export type HolderIdentity =
  /** An agent of the registry. */
  | { readonly kind: 'session'; readonly sessionId: string }
  /** A window of an editor with the person at it. */
  | { readonly kind: 'window'; readonly windowId: string }
  /** Whoever gave a name or a number. */
  | { readonly kind: 'name' };

/** A process that was recorded, with all evidence there is. */
export type HolderProcess = Pick<
  AgentEntry,
  'pid' | 'bootId' | 'processStart' | 'pidNamespace' | 'startedAt'
>;

/** A place in the queue for some paths. */
export interface LockWait {
  /** Smaller is earlier. Drawn from the same numbers as tokens. */
  readonly ticket: number;
  readonly paths: readonly LockPath[];
  readonly mode: LockMode;
  readonly sinceMs: number;
  /** When the waiter gives up. */
  readonly untilMs: number;
  /** The process that waits; without it, time alone decides. */
  readonly process: HolderProcess | undefined;
}

/** One holder of locks (seed: `AgentInfo`). The object never changes; every change makes another. */
export interface LockHolder {
  readonly id: number;
  readonly name: string;
  readonly identity: HolderIdentity;
  readonly state: HolderState;
  /** Wall-clock milliseconds of its last sign of life. */
  readonly lastSeenMs: number;
  readonly editCount: number;
  /** Between turns an agent has nothing in hand, so its running process keeps no locks for it. */
  readonly turn: 'open' | 'closed';
  readonly process: HolderProcess | undefined;
  /** By the key under which paths are compared. */
  readonly locks: ReadonlyMap<string, FileLock>;
  readonly waits: readonly LockWait[];
  /** The newest last, bounded. */
  readonly ended: readonly EndedLock[];
  /** The highest number that it was ever given, so that deleted locks leave their mark. */
  readonly lastToken: number;
  /** Fields of newer versions, written back as they were. */
  readonly unknownFields: Readonly<Record<string, unknown>>;
}

const maxEnded = 20;

export function newHolder(
  fields: Pick<LockHolder, 'id' | 'name' | 'identity'> & { readonly nowMs: number },
): LockHolder {
  const { id, name, identity, nowMs } = fields;
  return {
    id,
    name,
    identity,
    state: 'active',
    lastSeenMs: nowMs,
    editCount: 0,
    turn: 'open',
    process: undefined,
    locks: new Map(),
    waits: [],
    ended: [],
    lastToken: 0,
    unknownFields: {},
  };
}

/** The name of whoever is known by a number only. */
export function placeholderName(id: number): string {
  return `agent-${id}`;
}

/** The holder with these ended locks remembered, the oldest ones forgotten. */
export function withEnded(holder: LockHolder, ended: readonly EndedLock[]): LockHolder {
  if (ended.length === 0) return holder;
  return { ...holder, ended: [...holder.ended, ...ended].slice(-maxEnded) };
}

export function sessionIdOf(holder: Pick<LockHolder, 'identity'>): string | undefined {
  return holder.identity.kind === 'session' ? holder.identity.sessionId : undefined;
}
