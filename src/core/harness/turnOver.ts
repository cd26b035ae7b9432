import type { HookSettings } from './hookSettings.ts';
import type { SessionAgent } from './sessionState.ts';

/** Why the turn of an agent counts as over although nobody said so. */
export type TurnOver =
  /** It said so. */
  | 'ended'
  /** A person stopped it. */
  | 'interrupted'
  /** No event and no growth of its transcript for too long. */
  | 'quiet'
  /** It waits for a person for too long. */
  | 'unanswered';

/** What can be seen of an agent beyond its record. */
export interface TurnEvidence {
  readonly nowMs: number;
  /** When its transcript last grew. */
  readonly transcriptChangedMs: number | undefined;
  /** The newest mark in the transcript that a person stopped it. */
  readonly interruptedMs: number | undefined;
}

/**
 * Whether an agent has nothing in hand any more, so that locks which a hook took for it may be taken by
 * others; undefined while its turn goes on. Its process is judged elsewhere.
 */
export function turnOver(
  agent: SessionAgent,
  { nowMs, transcriptChangedMs = 0, interruptedMs = 0 }: TurnEvidence,
  settings: Pick<HookSettings, 'quietMs' | 'quietInToolMs' | 'waitingMs' | 'holdUntil'>,
): TurnOver | undefined {
  const { phase, sinceMs, lastEventMs, tools } = agent;
  if (phase === 'ended') return 'ended';
  if (phase === 'idle') return settings.holdUntil === 'turn' ? 'ended' : undefined;
  if (interruptedMs >= lastEventMs && interruptedMs > 0) return 'interrupted';
  if (phase === 'waiting') return nowMs - sinceMs > settings.waitingMs ? 'unanswered' : undefined;
  const quietMs = tools.size > 0 ? settings.quietInToolMs : settings.quietMs;
  const lastSignMs = Math.max(lastEventMs, transcriptChangedMs);
  return nowMs - lastSignMs > quietMs ? 'quiet' : undefined;
}
