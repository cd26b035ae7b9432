import type { AgentEntry } from '../core/agents/agentEntry.ts';
import type { LivenessVerdict } from '../core/agents/liveness.ts';
import {
  agentName,
  heldThread,
  inEnglish,
  lastSeenMs,
  livenessSentence,
  type Translate,
} from './agentWording.ts';
import { shortDuration } from './duration.ts';
import { toPickText } from './plainText.ts';

/** Somebody dead whose entry can be reaped. */
export interface ReapCandidate {
  /** As a dry run returns it, or as it is on disk. */
  readonly entry: AgentEntry;
  readonly verdict: LivenessVerdict;
  /** The name of its root, where there are several. */
  readonly rootName?: string | undefined;
}

/** One line of the preview. All texts are ready for a quick pick: nothing in them is an icon. */
export interface ReapPreviewRow {
  readonly sessionId: string;
  /** Who. */
  readonly label: string;
  /** On which thread. */
  readonly description: string;
  /** On what evidence, and since when. */
  readonly detail: string;
}

/** Says of everybody who would be reaped who it is, what it holds, why it counts as dead and since when. */
export function reapPreview(
  candidates: readonly ReapCandidate[],
  { nowMs, t = inEnglish }: { readonly nowMs: number; readonly t?: Translate },
): readonly ReapPreviewRow[] {
  return candidates.map(({ entry, verdict, rootName }) => {
    const thread = heldThread(entry) ?? t('no thread');
    const where = rootName === undefined ? thread : `${thread} · ${rootName}`;
    const evidence = livenessSentence(entry, verdict.reason, t);
    return {
      sessionId: entry.sessionId,
      label: toPickText(agentName(entry, t)),
      description: toPickText(where),
      detail: toPickText([evidence, lastSeenSentence(entry, nowMs, t)].join(' '), 400),
    };
  });
}

/** `Last seen 5 min ago.`; the end that a reap would stamp is no sign of life. */
function lastSeenSentence(entry: AgentEntry, nowMs: number, t: Translate): string {
  const seenMs = lastSeenMs({ ...entry, completedAt: undefined });
  if (seenMs === undefined) return t('Nobody knows when it was last seen.');
  return t('Last seen {0} ago.', shortDuration(nowMs - seenMs));
}
