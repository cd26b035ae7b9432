import { isSameValue } from '../../base/sameValue.ts';
import type { AgentEntry } from './agentEntry.ts';
import type { BrokenRecord } from './agentRecord.ts';
import type { LivenessVerdict } from './liveness.ts';
import type { Instant } from './timestamp.ts';

/** One agent at one moment. The object stays the same while neither entry nor verdict changes. */
export interface AgentSnapshot {
  readonly entry: AgentEntry;
  readonly startedAt: Instant;
  readonly verdict: LivenessVerdict;
}

/** Everything known of one root at one moment. Never changes. */
export interface RegistrySnapshot {
  readonly root: string;
  /** The folder of the entries. */
  readonly folder: string;
  readonly state: RegistryState;
  /** Most recently started first, ties by session id; without what is due for pruning. */
  readonly agents: readonly AgentSnapshot[];
  readonly broken: readonly BrokenRecord[];
}

export type RegistryState =
  | { readonly kind: 'loading' }
  /** There is no folder of entries. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'ready' }
  /** The folder cannot be read at all. */
  | { readonly kind: 'failed'; readonly problem: string };

/** What is different between two snapshots of one root, by session id or file name. */
export interface RegistryDiff {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Changed in something that is more than a sign of life. */
  readonly changed: readonly string[];
  /** Changed only in `heartbeatAt` or `lastProgressAt`. */
  readonly beaten: readonly string[];
  readonly brokenChanged: boolean;
  readonly stateChanged: boolean;
}

export function emptySnapshot(root: string, folder: string): RegistrySnapshot {
  return { root, folder, state: { kind: 'loading' }, agents: [], broken: [] };
}

/** Compares by object identity, so that it costs what the snapshots hold and no field is compared twice. */
export function diffSnapshots(before: RegistrySnapshot, after: RegistrySnapshot): RegistryDiff {
  const added: string[] = [];
  const changed: string[] = [];
  const beaten: string[] = [];
  const gone = new Map(before.agents.map((agent) => [agent.entry.sessionId, agent]));
  for (const agent of after.agents) {
    const { sessionId } = agent.entry;
    const previous = gone.get(sessionId);
    gone.delete(sessionId);
    if (previous === undefined) added.push(sessionId);
    else if (previous !== agent) (isOnlyBeat(previous, agent) ? beaten : changed).push(sessionId);
  }
  return {
    added,
    removed: [...gone.keys()],
    changed,
    beaten,
    brokenChanged: before.broken !== after.broken,
    stateChanged: !isSameState(before.state, after.state),
  };
}

export function isEmptyDiff(diff: RegistryDiff): boolean {
  return diff.beaten.length === 0 && hasOnlyBeats(diff);
}

/** True when nothing changed but signs of life, which most views do not show. */
export function hasOnlyBeats(diff: RegistryDiff): boolean {
  return (
    diff.added.length + diff.removed.length + diff.changed.length === 0 &&
    !diff.brokenChanged &&
    !diff.stateChanged
  );
}

/** Entries are decoded anew when their file changes, so nested values are compared by content. */
function isOnlyBeat(a: AgentSnapshot, b: AgentSnapshot): boolean {
  if (a.verdict !== b.verdict) return false;
  const fields = Object.keys({ ...a.entry, ...b.entry }) as (keyof AgentEntry)[];
  return fields.every(
    (field) =>
      field === 'heartbeatAt' ||
      field === 'lastProgressAt' ||
      isSameValue(a.entry[field], b.entry[field]),
  );
}

function isSameState(a: RegistryState, b: RegistryState): boolean {
  if (a.kind !== b.kind) return false;
  return a.kind !== 'failed' || (b.kind === 'failed' && a.problem === b.problem);
}
