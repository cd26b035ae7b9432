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
  /** Whether there is anything to show at all. */
  readonly isVisible: boolean;
}

export interface DeadReservation {
  readonly root: string;
  readonly sessionId: string;
  /** Plain text: who holds which thread, and when it was last seen. */
  readonly text: string;
}

/** The state of all roots in a few characters. */
export function registryStatus(
  snapshots: readonly RegistrySnapshot[],
  { nowMs, t = inEnglish }: { readonly nowMs: number; readonly t?: Translate },
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
  const isWarning = deadReservations.length > 0;
  const dead = isWarning ? ` $(warning) ${deadReservations.length}` : '';
  const aliveText = alive === 1 ? t('1 agent alive') : t('{0} agents alive', alive);
  const deadText =
    deadReservations.length === 1
      ? t('1 dead reservation')
      : t('{0} dead reservations', deadReservations.length);
  return {
    alive,
    deadReservations,
    text: `$(hubot) ${alive}${dead}`,
    accessibleText: isWarning ? `${aliveText}, ${deadText}` : aliveText,
    isWarning,
    isVisible: snapshots.some(({ state }) => state.kind === 'ready' || state.kind === 'failed'),
  };
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
