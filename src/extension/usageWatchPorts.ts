import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { SessionAgent } from '../core/harness/sessionAgent.ts';
import type { SessionState } from '../core/harness/sessionState.ts';
import type { PriceTable } from '../core/harness/usage/priceTable.ts';
import type { TranscriptReading } from '../core/harness/usage/transcriptFormat.ts';
import type { SummaryFigures } from '../core/harness/usage/usageSummary.ts';
import type { AgentTranscript } from '../harnesses/usage/sessionUsage.ts';

/** An agent of a session, and the session. */
export interface WatchedAgent {
  readonly state: SessionState;
  readonly agent: SessionAgent;
}

/** What was added to a transcript. */
export interface TranscriptNews {
  readonly reading: TranscriptReading;
  readonly isComplete: boolean;
  /** When it last grew. */
  readonly changedMs: number;
}

export interface UsageWatchPorts {
  readonly states: () => readonly SessionState[];
  /** Reads on. Undefined when nothing was added since the last time, or there is nothing to read. */
  readonly read: (transcript: AgentTranscript) => Promise<TranscriptNews | undefined>;
  /** The transcripts of these agents grew at these times, which is a sign of life. */
  readonly grew: (growth: ReadonlyMap<string, number>) => void;
  /** False for an agent that is known to be dead or has finished: nothing happens there by itself. */
  readonly isPresent: (entryId: string) => boolean;
  /** Raises the figures of the entry. */
  readonly raise: (entryId: string, figures: SummaryFigures) => Promise<void>;
  /** A person stopped the agent, of which no hook was told. */
  readonly interrupted: (agent: WatchedAgent) => Promise<void>;
  readonly prices: () => PriceTable;
  /** Whether transcripts are read and anything is written at all. */
  readonly mayRead: () => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}
