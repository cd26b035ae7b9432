import { isReservation, type AgentEntry } from '../core/agents/agentEntry.ts';
import type { AgentSnapshot, RegistrySnapshot } from '../core/agents/registrySnapshot.ts';
import { agentName, inEnglish, isPerson, lastSeenMs, type Translate } from './agentWording.ts';
import { coarseDuration } from './duration.ts';
import { toPlainLine } from './plainText.ts';

/** What the status bar and the badge of the view say. */
export interface RegistryStatus {
  /** Agents, without people. */
  readonly alive: number;
  /** Agents that are dead and still hold a thread: these need a person. */
  readonly deadReservations: readonly DeadReservation[];
  readonly text: string;
  readonly accessibleText: string;
  readonly isWarning: boolean;
  readonly hasLocks: boolean;
  /** Whether there is anything to show at all. */
  readonly isVisible: boolean;
}

export interface DeadReservation {
  readonly root: string;
  readonly sessionId: string;
  /** Plain text: who holds which thread, and when it was last seen. */
  readonly text: string;
}

/** What is held in all roots together. */
export interface LockCounts {
  readonly locked: number;
  /** For which somebody waits. */
  readonly contended: number;
  /** Held at this window, and somebody waits for it: only the person there can help. */
  readonly mineContended: number;
}

const noLocks: LockCounts = { locked: 0, contended: 0, mineContended: 0 };

/** The state of all roots in a few characters. */
export function registryStatus(
  snapshots: readonly RegistrySnapshot[],
  {
    nowMs,
    t = inEnglish,
    locks = noLocks,
  }: { readonly nowMs: number; readonly t?: Translate; readonly locks?: LockCounts },
): RegistryStatus {
  const agents = snapshots.flatMap((snapshot) => snapshot.agents);
  const alive = agents.filter(
    ({ entry, verdict }) => verdict.liveness === 'alive' && !isPerson(entry),
  ).length;
  const deadReservations = snapshots.flatMap((snapshot) =>
    snapshot.agents.filter(isDeadReservation).map(({ entry }) => ({
      root: snapshot.root,
      sessionId: entry.sessionId,
      text: describeDead(entry, nowMs, t),
    })),
  );
  const counts = { alive, dead: deadReservations.length, locks };
  return {
    alive,
    deadReservations,
    text: shortText(counts),
    accessibleText: longText(counts, t),
    isWarning: deadReservations.length + locks.mineContended > 0,
    hasLocks: locks.locked > 0,
    isVisible: snapshots.some(({ state }) => state.kind === 'ready' || state.kind === 'failed'),
  };
}

interface StatusCounts {
  readonly alive: number;
  readonly dead: number;
  readonly locks: LockCounts;
}

/** What is zero is left out, but something is always there to click on. */
function shortText({ alive, dead, locks }: StatusCounts): string {
  const isBare = alive === 0 && locks.locked > 0;
  const parts = [
    isBare ? '' : `$(hubot) ${alive}`,
    dead > 0 ? `$(warning) ${dead}` : '',
    locks.locked > 0 ? `$(lock) ${locks.locked}` : '',
    locks.contended > 0 ? `$(watch) ${locks.contended}` : '',
  ];
  return parts.filter((part) => part !== '').join(' ');
}

function longText({ alive, dead, locks }: StatusCounts, t: Translate): string {
  const { locked, contended, mineContended } = locks;
  const parts = [
    alive === 1 ? t('1 agent alive') : t('{0} agents alive', alive),
    dead > 0 && (dead === 1 ? t('1 dead reservation') : t('{0} dead reservations', dead)),
    locked > 0 && (locked === 1 ? t('1 locked path') : t('{0} locked paths', locked)),
    contended > 0 && t('{0} that somebody waits for', contended),
    mineContended > 0 && t('{0} of these held by you', mineContended),
  ];
  return parts.filter((part) => part !== false).join(', ');
}

/** A dead owner that still holds a thread of its own choosing. */
export function isDeadReservation({ entry, verdict }: AgentSnapshot): boolean {
  return entry.status === 'active' && verdict.liveness === 'dead' && isReservation(entry);
}

function describeDead(entry: AgentEntry, nowMs: number, t: Translate): string {
  const seen = lastSeenMs(entry);
  const thread = toPlainLine(entry.thread, 80);
  const name = agentName(entry, t);
  return seen === undefined
    ? t('{0} holds {1}', name, thread)
    : t('{0} holds {1}, last seen {2} ago', name, thread, coarseDuration(nowMs - seen));
}
