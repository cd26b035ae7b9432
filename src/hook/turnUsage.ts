import { silentLogger } from '../base/logger.ts';
import type { SessionState } from '../core/harness/sessionState.ts';
import { listPrices } from '../core/harness/usage/priceTable.ts';
import type { TranscriptReading } from '../core/harness/usage/transcriptFormat.ts';
import { costOf } from '../core/harness/usage/usageCost.ts';
import { toUsageSummary, type SummaryFigures } from '../core/harness/usage/usageSummary.ts';
import {
  agentTotals,
  agentTranscript,
  type AgentTranscript,
} from '../harnesses/usage/sessionUsage.ts';
import { withTranscriptFormat } from '../harnesses/usage/transcriptFormats.ts';
import { transcriptName } from '../node/usage/transcriptName.ts';
import { UsageReader } from '../node/usage/usageReader.ts';

/** The end of a turn waits for no more than this; the next one reads on from there. */
const maxBytesPerTurn = 16 * 1024 * 1024;

export interface TurnUsageOptions {
  /** The folder of the records of sessions, which keeps how far a transcript was read. */
  readonly folder: string;
  /** What the record of the session says. */
  readonly state: SessionState;
  /** The entry of the agent whose turn is over. */
  readonly entryId: string;
  readonly maxBytes?: number | undefined;
}

/**
 * What an agent has used until now, for its entry, when no window is there to read it: from its
 * transcript, read on from where anybody left off, and from what its events told. Costs are by list
 * price. Undefined when nothing is known. It never rejects.
 */
export async function turnUsage({
  folder,
  state,
  entryId,
  maxBytes = maxBytesPerTurn,
}: TurnUsageOptions): Promise<SummaryFigures | undefined> {
  const { header, agents } = state;
  const agent = [...agents.values()].find((each) => each.entryId === entryId);
  if (agent === undefined) return undefined;
  const transcript = agentTranscript(header, agent);
  const reading = transcript && (await readOn(transcript, { folder, maxBytes }));
  const model = agent.childKey === undefined ? header.model : undefined;
  const totals = agentTotals(reading, agent, model);
  return totals && toUsageSummary(totals, costOf(totals, listPrices()));
}

async function readOn(
  transcript: AgentTranscript,
  { folder, maxBytes }: { readonly folder: string; readonly maxBytes: number },
): Promise<TranscriptReading | undefined> {
  const reader = new UsageReader({ folder, logger: silentLogger, maxBytesPerRead: maxBytes });
  const { harness, path: transcriptPath } = transcript;
  try {
    const name = transcriptName(transcript);
    const result = await withTranscriptFormat(harness, (format) =>
      reader.read({ name, transcriptPath, format }),
    );
    return result?.kind === 'read' ? result.reading : undefined;
  } catch {
    // What an agent used is never worth its turn.
    return undefined;
  }
}
