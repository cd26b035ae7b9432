import type { HookSettings } from './hookSettings.ts';
import { isInLongCall, type SessionAgent } from './sessionAgent.ts';

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

/** What can be seen of an agent beyond its own lines in its record. */
export interface TurnEvidence {
  readonly nowMs: number;
  /** When its transcript last grew. */
  readonly transcriptChangedMs: number | undefined;
  /** The newest mark in the transcript that a person stopped it. */
  readonly interruptedMs: number | undefined;
  /** The newest sign of life of an agent that works for it and has not ended. */
  readonly childActiveMs?: number | undefined;
}

/**
 * Whether an agent has nothing in hand any more, so that locks which a hook took for it may be taken by
 * others; undefined while its turn goes on. Its process is judged elsewhere.
 */
export function turnOver(
  agent: Pick<SessionAgent, 'phase' | 'sinceMs' | 'lastEventMs' | 'tools'>,
  { nowMs, transcriptChangedMs = 0, interruptedMs = 0, childActiveMs = 0 }: TurnEvidence,
  settings: Pick<HookSettings, 'quietMs' | 'quietInToolMs' | 'waitingMs' | 'holdUntil'>,
): TurnOver | undefined {
  const { phase, sinceMs, lastEventMs } = agent;
  if (phase === 'ended') return 'ended';
  if (phase === 'idle') return settings.holdUntil === 'turn' ? 'ended' : undefined;
  if (interruptedMs >= Math.max(lastEventMs, childActiveMs) && interruptedMs > 0) {
    return 'interrupted';
  }
  const signMs = Math.max(transcriptChangedMs, childActiveMs);
  if (phase === 'waiting') {
    // What it writes, or a child does, comes after the answer.
    return nowMs - Math.max(sinceMs, signMs) > settings.waitingMs ? 'unanswered' : undefined;
  }
  const quietMs = isInLongCall(agent) ? settings.quietInToolMs : settings.quietMs;
  return nowMs - Math.max(lastEventMs, signMs) > quietMs ? 'quiet' : undefined;
}
