import type { AgentUpdate } from './agentUpdate.ts';
import type { CancelReason } from './cancellation.ts';
import { isTerminalTag, type ExecutionStateTag, type TerminalOutcome } from './executionState.ts';
import type { JsonTable } from './fieldReaders.ts';
import type { PauseInfo, PauseKind } from './pause.ts';
import type { QueryResponse } from './resumePayload.ts';
import type { TokenUsage } from './tokenUsage.ts';

/** What an executor may tell of an execution. */
export type ExecutionReport =
  /** The execution enters a phase. */
  | { readonly kind: 'tick'; readonly phase: string }
  /** Something for people to read. */
  | { readonly kind: 'note'; readonly title?: string | undefined; readonly content: string }
  | { readonly kind: 'llm-call-begin'; readonly queryId: string }
  | {
      readonly kind: 'llm-call-end';
      readonly queryId: string;
      readonly usage?: TokenUsage | undefined;
    }
  | {
      readonly kind: 'update';
      readonly update: AgentUpdate;
      /** True for what happened in an earlier session and is told again. */
      readonly isReplayed?: true | undefined;
    };

/** What an event says. */
export type EventContent =
  | ExecutionReport
  | {
      readonly kind: 'state-transition';
      readonly from: ExecutionStateTag;
      readonly to: ExecutionStateTag;
      /** Set when `to` is an end. It is the last event of the session then. */
      readonly outcome?: TerminalOutcome | undefined;
    }
  /** Follows the transition to paused. */
  | { readonly kind: 'pause-requested'; readonly pause: PauseInfo }
  /** Follows the transition to running. */
  | {
      readonly kind: 'resume-accepted';
      readonly pauseKind: PauseKind;
      /** In the order of the prompts. */
      readonly responses: readonly QueryResponse[];
      readonly by?: string | undefined;
    }
  /** Somebody was the first to cancel; the execution is being wound up. */
  | { readonly kind: 'cancel-requested'; readonly reason: CancelReason }
  /** Of a newer version; written again as it was read. */
  | { readonly kind: 'opaque'; readonly name: string; readonly record: JsonTable };

/** Something that happened in a session. */
export type ProgressEvent = EventContent & {
  /** Counts the events of a session from 1 without gaps. */
  readonly sequence: number;
  /** Wall clock, milliseconds since the Unix epoch. */
  readonly atMs: number;
};

/** True for the event after which a session has no other. */
export function isTerminalEvent(event: EventContent): boolean {
  return event.kind === 'state-transition' && isTerminalTag(event.to);
}
