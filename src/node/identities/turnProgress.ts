import { conversationIdIn } from '../../core/acp/conversation.ts';
import { tableOf } from '../../core/acp/wireFields.ts';
import type { TerminalOutcome } from '../../core/sessions/executionState.ts';
import type { FailureInfo } from '../../core/sessions/failure.ts';
import type { ProgressEvent } from '../../core/sessions/progressEvent.ts';
import { maxKeptOutput } from './conversation.ts';
import { endOf } from './statusFile.ts';

/** How a turn of an agent ended. */
export type TurnOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'cancelled'; readonly detail?: string | undefined }
  | {
      readonly kind: 'failed';
      readonly failure: FailureInfo;
      /** Its host or its program ended; what runs it may be tried again. */
      readonly isDeath: boolean;
    };

/** What a turn has shown so far, out of the events of its session. */
export class TurnProgress {
  /** The agent's own id of the conversation, once it is known. */
  acpSessionId: string | undefined;
  private message = '';
  private isAfterOther = false;

  /** The end of what the agent said last; undefined before it said anything. */
  get output(): string | undefined {
    return this.message === '' ? undefined : this.message;
  }

  add(event: ProgressEvent): void {
    if (event.kind !== 'update') return;
    const { update } = event;
    this.acpSessionId = conversationIdIn(update) ?? this.acpSessionId;
    if (event.isReplayed === true) return;
    if (update.kind === 'tool-call') this.isAfterOther = true;
    if (update.kind !== 'message-chunk' || update.role !== 'agent') return;
    if (update.content.kind !== 'text') return;
    const before = this.isAfterOther ? '' : this.message;
    this.isAfterOther = false;
    this.message = endOf(before + update.content.text, maxKeptOutput);
  }

  /** The last message as the result has it counts. */
  end(outcome: TerminalOutcome): TurnOutcome {
    if (outcome.state === 'done') {
      const { message } = tableOf(outcome.result.value);
      if (typeof message === 'string' && message !== '') {
        this.message = endOf(message, maxKeptOutput);
      }
    }
    return turnOutcome(outcome);
  }
}

/** An outcome in a sentence without its stop. */
export function turnOutcomeText(outcome: TurnOutcome): string {
  if (outcome.kind === 'failed') return `failed: ${outcome.failure.message}`;
  if (outcome.kind === 'cancelled' && outcome.detail !== undefined) {
    return `cancelled: ${outcome.detail}`;
  }
  return outcome.kind;
}

function turnOutcome(outcome: TerminalOutcome): TurnOutcome {
  switch (outcome.state) {
    case 'done':
      return { kind: 'done' };
    case 'cancelled': {
      const { detail } = outcome.cancel.reason;
      return { kind: 'cancelled', ...(detail !== undefined && { detail }) };
    }
    case 'failed':
      return { kind: 'failed', failure: outcome.failure, isDeath: isDeath(outcome.failure) };
  }
}

/** Adapters tell the end of the program behind them in their own words. */
const programEnded =
  /\bprocess (?:was )?(?:exited|terminated|killed|aborted)\b|\bterminated by signal\b|\bexited with code\b/i;

function isDeath({ kind, process, message }: FailureInfo): boolean {
  if (kind === 'host-died') return true;
  if (kind !== 'agent-error' && kind !== 'protocol-error') return false;
  const hasEnded = process?.exitCode !== undefined || process?.signal !== undefined;
  return hasEnded || programEnded.test(message);
}
