import { isReservation, type AgentEntry } from '../core/agents/agentEntry.ts';
import type { AgentSnapshot, RegistrySnapshot } from '../core/agents/registrySnapshot.ts';
import type { AgentNow } from '../core/harness/agentNow.ts';
import { waitWord } from './agentDoing.ts';
import { agentLabel } from './agentRow.ts';
import { shownState } from './agentState.ts';
import { agentName, inEnglish, isPerson, lastSeenMs, type Translate } from './agentWording.ts';
import { coarseDuration } from './duration.ts';
import { toPlainLine } from './plainText.ts';

/** What the status bar and the badge of the view say. */
export interface RegistryStatus {
  /** Agents, without people. */
  readonly alive: number;
  /** Agents that are dead and still hold a thread: these need a person. */
  readonly deadReservations: readonly AgentInNeed[];
  /** Agents that are at work, as their hooks tell. */
  readonly working: number;
  /** Agents that cannot go on without a person. */
  readonly waiting: readonly AgentInNeed[];
  /** What the badge of the view counts; undefined for none. */
  readonly badge: { readonly value: number; readonly text: string } | undefined;
  readonly text: string;
  readonly accessibleText: string;
  readonly isWarning: boolean;
  readonly hasLocks: boolean;
  /** Whether there is anything to show at all. */
  readonly isVisible: boolean;
}

/** An agent for whom a person should do something. */
export interface AgentInNeed {
  readonly root: string;
  readonly sessionId: string;
  /** Plain text: who it is, what is the matter, and since when. */
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

const nobody: ReadonlyMap<string, AgentNow> = new Map();

const noLocks: LockCounts = { locked: 0, contended: 0, mineContended: 0 };

/** The state of all roots in a few characters. */
export function registryStatus(
  snapshots: readonly RegistrySnapshot[],
  {
    nowMs,
    t = inEnglish,
    locks = noLocks,
    nowIn = () => nobody,
  }: {
    readonly nowMs: number;
    readonly t?: Translate;
    readonly locks?: LockCounts;
    /** What the agents of a root do, by session id. */
    readonly nowIn?: (root: string) => ReadonlyMap<string, AgentNow>;
  },
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
  const { working, waiting } = doings(snapshots, { nowMs, t, nowIn });
  const dead = deadReservations.length;
  const counts = { alive, dead, locks, working, waiting: waiting.length };
  return {
    alive,
    deadReservations,
    working,
    waiting,
    badge: badgeOf(counts, t),
    text: shortText(counts),
    accessibleText: longText(counts, t),
    isWarning: deadReservations.length + locks.mineContended > 0,
    hasLocks: locks.locked > 0,
    isVisible: snapshots.some(({ state }) => state.kind === 'ready' || state.kind === 'failed'),
  };
}

/** Only of who is there: what was told last of the dead does not count. */
function doings(
  snapshots: readonly RegistrySnapshot[],
  {
    nowMs,
    t,
    nowIn,
  }: {
    readonly nowMs: number;
    readonly t: Translate;
    readonly nowIn: (root: string) => ReadonlyMap<string, AgentNow>;
  },
): { readonly working: number; readonly waiting: readonly AgentInNeed[] } {
  let working = 0;
  const waiting: AgentInNeed[] = [];
  for (const { root, agents } of snapshots) {
    const known = nowIn(root);
    if (known.size === 0) continue;
    for (const agent of agents) {
      const now = known.get(agent.entry.sessionId);
      const state = shownState(agent, now);
      if (state === 'working') working += 1;
      if (state !== 'waiting' || now === undefined) continue;
      const { sessionId } = agent.entry;
      waiting.push({ root, sessionId, text: describeWaiting(agent.entry, now, { nowMs, t }) });
    }
  }
  return { working, waiting };
}

function describeWaiting(
  entry: AgentEntry,
  now: AgentNow,
  { nowMs, t }: { readonly nowMs: number; readonly t: Translate },
): string {
  const name = agentLabel(entry, now, t);
  const reason = waitWord(now.waitsFor?.reason, t) ?? t('an answer');
  const text = toPlainLine(now.waitsFor?.text ?? '', 120);
  const what = text === '' ? reason : `${reason}: ${text}`;
  return t('{0} waits for {1} ({2})', name, what, coarseDuration(nowMs - now.sinceMs));
}

/** A number that only people can make smaller. */
function badgeOf({ dead, waiting }: StatusCounts, t: Translate): RegistryStatus['badge'] {
  const value = dead + waiting;
  if (value === 0) return undefined;
  const parts = [waiting > 0 && waitingText(waiting, t), dead > 0 && deadText(dead, t)];
  return { value, text: parts.filter((part) => part !== false).join(', ') };
}

function waitingText(waiting: number, t: Translate): string {
  return waiting === 1 ? t('1 waiting for you') : t('{0} waiting for you', waiting);
}

function deadText(dead: number, t: Translate): string {
  return dead === 1 ? t('1 dead reservation') : t('{0} dead reservations', dead);
}

interface StatusCounts {
  readonly alive: number;
  readonly working: number;
  readonly waiting: number;
  readonly dead: number;
  readonly locks: LockCounts;
}

/** What is zero is left out, but something is always there to click on. */
function shortText({ alive, working, waiting, dead, locks }: StatusCounts): string {
  const isBare = alive === 0 && locks.locked > 0;
  const parts = [
    isBare ? '' : `$(hubot) ${alive}`,
    working > 0 ? `$(play-circle) ${working}` : '',
    waiting > 0 ? `$(bell) ${waiting}` : '',
    dead > 0 ? `$(warning) ${dead}` : '',
    locks.locked > 0 ? `$(lock) ${locks.locked}` : '',
    locks.contended > 0 ? `$(watch) ${locks.contended}` : '',
  ];
  return parts.filter((part) => part !== '').join(' ');
}

function longText({ alive, working, waiting, dead, locks }: StatusCounts, t: Translate): string {
  const { locked, contended, mineContended } = locks;
  const parts = [
    alive === 1 ? t('1 agent alive') : t('{0} agents alive', alive),
    working > 0 && (working === 1 ? t('1 working') : t('{0} working', working)),
    waiting > 0 && waitingText(waiting, t),
    dead > 0 && deadText(dead, t),
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
