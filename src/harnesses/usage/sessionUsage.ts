import type { SessionHeader } from '../../core/harness/sessionLine.ts';
import type { SessionAgent } from '../../core/harness/sessionState.ts';
import type { TranscriptReading } from '../../core/harness/usage/transcriptFormat.ts';
import { applyReported, nothingUsed, type UsageTotals } from '../../core/harness/usage/usageTotals.ts';
import { sessionRecordName, textDigest } from '../../node/harnessSessions/sessionRecordFile.ts';
import type { UsageReader, UsageReadResult } from '../../node/usage/usageReader.ts';
import { claudeSubagentTranscript } from './claudeSubagents.ts';
import { withTranscriptFormat } from './transcriptFormats.ts';

/** Where the harness records what an agent of a session used. */
export interface AgentTranscript {
  /** Names the cursor: the same for every reader. */
  readonly name: string;
  readonly path: string;
  readonly harness: SessionHeader['harness'];
}

/** Undefined for an agent without a transcript of its own that can be read. */
export function agentTranscript(
  header: SessionHeader,
  { childKey, transcriptPath }: Pick<SessionAgent, 'childKey' | 'transcriptPath'>,
): AgentTranscript | undefined {
  const { harness, sessionKey } = header;
  const session = sessionRecordName(harness, sessionKey);
  const isReadable = withTranscriptFormat(harness, () => true) === true;
  if (!isReadable) return undefined;
  if (childKey === undefined) {
    const path = transcriptPath ?? header.transcriptPath;
    return path === undefined ? undefined : { name: session, path, harness };
  }
  // A child may be told with the transcript of its session, which is not what it used.
  const own = transcriptPath === header.transcriptPath ? undefined : transcriptPath;
  const path = own ?? subagentTranscript(header, childKey);
  if (path === undefined) return undefined;
  return { name: `${session}@${textDigest(childKey)}`, path, harness };
}

function subagentTranscript(
  { harness, transcriptPath }: SessionHeader,
  childKey: string,
): string | undefined {
  return harness === 'claude-code' && transcriptPath !== undefined
    ? claudeSubagentTranscript(transcriptPath, childKey)
    : undefined;
}

/** Reads on in a transcript, by the format of its harness. */
export async function readAgentTranscript(
  reader: UsageReader,
  { harness, name, path }: AgentTranscript,
): Promise<UsageReadResult> {
  const result = withTranscriptFormat(harness, (format) =>
    reader.read({ name, transcriptPath: path, format }),
  );
  return (await result) ?? { kind: 'missing' };
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
