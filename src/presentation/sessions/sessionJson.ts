import type { ToolCall } from '../../core/sessions/agentUpdate.ts';
import type { OpenState } from '../../core/sessions/cancellation.ts';
import {
  isTerminal,
  type ExecutionState,
  type TerminalOutcome,
} from '../../core/sessions/executionState.ts';
import type { FailureInfo } from '../../core/sessions/failure.ts';
import type { PauseInfo, PausePrompt, PauseSubject } from '../../core/sessions/pause.ts';
import type { RecordedSession } from '../../core/sessions/recoverSession.ts';
import type { SessionHeader } from '../../core/sessions/sessionHeader.ts';
import type { JsonValue } from '../agentJson.ts';
import type { SessionDigest } from './sessionDigest.ts';
import type { SessionUsage } from './sessionUsage.ts';

/** Whatever is not known or does not apply is null. */
type JsonObject = Readonly<Record<string, JsonValue>>;

/** A session as every verb prints it. */
export function sessionToJson(
  { header, state }: RecordedSession,
  digest: Pick<SessionDigest, 'entryId' | 'usage'>,
): JsonObject {
  const { sessionId, spec, createdAtMs } = header;
  const run = spec.kind === 'run' ? spec : undefined;
  return {
    session_id: sessionId,
    agent: run?.agent ?? null,
    identity: run?.identity ?? null,
    prompt: run?.prompt ?? null,
    cwd: run?.cwd ?? null,
    state: state.state,
    created_at_ms: createdAtMs,
    ended_at_ms: endedAtMs(state) ?? null,
    host: hostToJson(header),
    entry_session_id: digest.entryId ?? null,
    parent: run?.parent
      ? {
          session_id: run.parent.sessionId ?? null,
          actor_key: run.parent.actorKey ?? null,
        }
      : null,
    resumes: run?.resumes
      ? {
          session_id: run.resumes.sessionId ?? null,
          conversation_id: run.resumes.conversationId ?? null,
        }
      : null,
    pause: state.state === 'paused' ? pauseToJson(state.pause) : null,
    outcome: isTerminal(state) ? outcomeToJson(state) : null,
    usage: digest.usage ? usageToJson(digest.usage) : null,
    stop_reason: (state.state === 'done' ? state.result.stopReason : undefined) ?? null,
  };
}

/** When a session ended; undefined while it goes on. */
export function endedAtMs(state: ExecutionState): number | undefined {
  switch (state.state) {
    case 'done':
      return state.result.finishedAtMs;
    case 'cancelled':
      return state.cancel.observedAtMs;
    case 'failed':
      return state.failure.occurredAtMs;
    default:
      return undefined;
  }
}

function hostToJson({ host }: SessionHeader): JsonValue {
  if (host === undefined) return null;
  return { pid: host.pid ?? null, started_at: host.startedAt };
}

function pauseToJson({ kind, prompts, pausedAtMs }: PauseInfo): JsonObject {
  return { kind, paused_at_ms: pausedAtMs, prompts: prompts.map(promptToJson) };
}

function promptToJson({ queryId, text, options, subject }: PausePrompt): JsonObject {
  return {
    query_id: queryId,
    text,
    options: options?.map(({ id, label, kind }) => ({ id, label, kind: kind ?? null })) ?? null,
    subject: subject ? subjectToJson(subject) : null,
  };
}

function subjectToJson(subject: PauseSubject): JsonObject {
  switch (subject.kind) {
    case 'tool-call':
      return { kind: subject.kind, ...callToJson(subject.call) };
    case 'form':
      return { kind: subject.kind, schema: plain(subject.schema) };
    case 'other':
      return { kind: subject.name, value: plain(subject.value) };
  }
}

function callToJson({ callId, title, toolKind, status, locations, content }: ToolCall): JsonObject {
  return {
    call_id: callId,
    title,
    tool_kind: toolKind,
    status,
    locations: locations.map(({ path, line }) => ({ path, line: line ?? null })),
    diffs: content.flatMap((part) =>
      part.kind === 'diff'
        ? [{ path: part.path, old_text: part.oldText ?? null, new_text: part.newText }]
        : [],
    ),
  };
}

function outcomeToJson(outcome: TerminalOutcome): JsonObject {
  switch (outcome.state) {
    case 'done':
      return { state: outcome.state, value: plain(outcome.result.value) };
    case 'cancelled': {
      const { reason, stateBefore } = outcome.cancel;
      return {
        state: outcome.state,
        code: reason.code,
        detail: reason.detail ?? null,
        by: reason.by ?? null,
        requested_at_ms: reason.requestedAtMs,
        state_before: beforeToJson(stateBefore),
      };
    }
    case 'failed':
      return { state: outcome.state, ...failureToJson(outcome.failure) };
  }
}

function beforeToJson(before: OpenState): JsonValue {
  return before.state;
}

function failureToJson({ kind, message, process }: FailureInfo): JsonObject {
  return {
    kind,
    message,
    process: process
      ? {
          exit_code: process.exitCode ?? null,
          signal: process.signal ?? null,
          stderr_tail: process.stderrTail ?? null,
        }
      : null,
  };
}

function usageToJson({ tokens, contextUsed, contextSize, cost }: SessionUsage): JsonObject {
  return {
    prompt_tokens: tokens?.promptTokens ?? null,
    completion_tokens: tokens?.completionTokens ?? null,
    is_estimate: tokens?.isEstimate === true,
    context_used: contextUsed ?? null,
    context_size: contextSize ?? null,
    cost: cost ? { amount: cost.amount, currency: cost.currency } : null,
  };
}

/** What came out of JSON goes into it as it is. */
function plain(value: unknown): JsonValue {
  return (value ?? null) as JsonValue;
}
