import type { SessionHeader } from '../../core/harness/sessionLine.ts';
import type { SessionAgent } from '../../core/harness/sessionAgent.ts';
import type { TranscriptReading } from '../../core/harness/usage/transcriptFormat.ts';
import {
  applyReported,
  nothingUsed,
  type UsageTotals,
} from '../../core/harness/usage/usageTotals.ts';
import { claudeSubagentTranscript } from './claudeSubagents.ts';
import { hasTranscriptFormat } from './transcriptFormats.ts';

/** Where the harness records what an agent of a session used. */
export interface AgentTranscript {
  readonly path: string;
  readonly harness: SessionHeader['harness'];
  readonly sessionKey: string;
  /** Undefined for the session itself. */
  readonly childKey: string | undefined;
}

/** Undefined for an agent without a transcript of its own that can be read. */
export function agentTranscript(
  header: SessionHeader,
  { childKey, transcriptPath }: Pick<SessionAgent, 'childKey' | 'transcriptPath'>,
): AgentTranscript | undefined {
  const { harness, sessionKey } = header;
  if (!hasTranscriptFormat(harness)) return undefined;
  const of = { harness, sessionKey, childKey };
  if (childKey === undefined) {
    const path = transcriptPath ?? header.transcriptPath;
    return path === undefined ? undefined : { path, ...of };
  }
  // A child may be told with the transcript of its session, which is not what it used.
  const own = transcriptPath === header.transcriptPath ? undefined : transcriptPath;
  const path = own ?? subagentTranscript(header, childKey);
  return path === undefined ? undefined : { path, ...of };
}

function subagentTranscript(
  { harness, transcriptPath }: SessionHeader,
  childKey: string,
): string | undefined {
  return harness === 'claude-code' && transcriptPath !== undefined
    ? claudeSubagentTranscript(transcriptPath, childKey)
    : undefined;
}

/**
 * What an agent used: what its transcript says, and of what that does not say what its events told.
 * Undefined when neither says anything.
 */
export function agentTotals(
  reading: TranscriptReading | undefined,
  { usage }: Pick<SessionAgent, 'usage'>,
  model: string | undefined,
): UsageTotals | undefined {
  if (reading === undefined) return usage && applyReported(nothingUsed, usage, model);
  const { totals } = reading;
  return {
    ...totals,
    contextTokens: totals.contextTokens ?? usage?.contextTokens,
    contextLimit: usage?.contextLimit ?? totals.contextLimit,
  };
}
