import type {
  HarnessAction,
  HarnessEvent,
  HarnessId,
  ToolCall,
} from '../core/harness/harnessEvent.ts';
import type { HookDecision } from '../core/harness/hookDecision.ts';
import { filePathOf } from './filePaths.ts';
import { silentAnswer, type HookAnswer, type HookSurroundings } from './harness.ts';
import { answerText, denied, specificAnswer } from './hookAnswers.ts';
import { hookEvent, workingFolder } from './hookEvent.ts';
import { field, keyField, shortTextField, type Table } from './payloadFields.ts';
import {
  argumentsOf,
  callStart,
  permissionWait,
  toolAction,
  type ToolNames,
} from './toolAction.ts';

/** A payload in the form that Claude Code began and several others took over. */
export interface ClaudeFormPayload {
  readonly harness: HarnessId;
  readonly payload: Table;
  readonly eventName: string;
  readonly around: HookSurroundings;
  readonly provider: string | undefined;
}

/** The event of such a payload: `session_id`, `agent_id`, `agent_type`, `transcript_path`, `cwd`. */
export function claudeFormEvent(source: ClaudeFormPayload, action: HarnessAction): HarnessEvent {
  const { payload, around } = source;
  const childKey = keyField(payload, 'agent_id');
  return hookEvent(
    {
      harness: source.harness,
      eventName: source.eventName,
      cwd: workingFolder([payload.cwd], around),
      action,
    },
    {
      sessionKey: keyField(payload, 'session_id', 'sessionId'),
      childKey,
      childType: childKey === undefined ? undefined : shortTextField(payload, 'agent_type'),
      model: shortTextField(payload, 'model'),
      provider: source.provider,
      transcriptPath: transcriptOf(payload, childKey !== undefined),
    },
  );
}

/** The transcript of whoever the event is about; a child's is not known from its session's. */
function transcriptOf(payload: Table, isOfChild: boolean): string | undefined {
  return filePathOf(payload[isOfChild ? 'agent_transcript_path' : 'transcript_path']);
}

/** What an event means by the name that Claude Code gave it; `other` for a name that it did not. */
export function claudeFormAction(
  eventName: string,
  payload: Table,
  { tools }: { readonly tools: ToolNames },
): HarnessAction {
  switch (eventName) {
    case 'SessionStart':
      return startOfSession(field(payload, 'source'));
    case 'UserPromptSubmit':
      return { kind: 'prompt' };
    case 'PreToolUse':
      return claudeFormStart(payload, tools);
    case 'PostToolUse':
      return { kind: 'tool-ended', call: claudeFormCall(payload, tools), hasFailed: false };
    case 'PostToolUseFailure':
      return { kind: 'tool-ended', call: claudeFormCall(payload, tools), hasFailed: true };
    case 'PermissionRequest':
      return permissionWait(claudeFormCall(payload, tools));
    case 'SubagentStart':
      return { kind: 'child-started' };
    case 'SubagentStop':
      return { kind: 'child-ended' };
    case 'Stop':
    case 'StopFailure':
      return { kind: 'turn-ended' };
    case 'SessionEnd':
      return { kind: 'session-ended' };
    default:
      return { kind: 'other' };
  }
}

/** After its history was compacted, a session goes on with the turn that it is in. */
function startOfSession(source: unknown): HarnessAction {
  if (source === 'compact') return { kind: 'other' };
  return { kind: 'session-started', isResumed: source === 'resume' };
}

/** The call of `tool_name`, `tool_input` and an id, which some call `tool_call_id`. */
export function claudeFormCall(payload: Table, tools: ToolNames): ToolCall {
  const name = shortTextField(payload, 'tool_name') ?? 'unknown';
  return {
    name,
    callId: keyField(payload, 'tool_use_id', 'tool_call_id'),
    action: toolAction(name, inputIn(payload), tools),
  };
}

/** What begins with such a call. */
export function claudeFormStart(payload: Table, tools: ToolNames): HarnessAction {
  return callStart(claudeFormCall(payload, tools), { tools, input: inputIn(payload) });
}

function inputIn(payload: Table): unknown {
  return argumentsOf(field(payload, 'tool_input'));
}

/** What an agent of this form may be told. */
export interface ClaudeFormAnswers {
  /** The events whose answer may tell the model something. */
  readonly tellingEvents: readonly string[];
  /** Whether it takes other arguments for a call without being told to allow the call as well. */
  readonly takesInput: boolean;
}

/** The answer that such an agent obeys. Where it has no form for a decision: nothing. */
export function claudeFormAnswer(
  { eventName }: HarnessEvent,
  decision: HookDecision,
  { tellingEvents, takesInput }: ClaudeFormAnswers,
): HookAnswer {
  const isBeforeTool = eventName === 'PreToolUse';
  if (decision.kind === 'refuse' && isBeforeTool) {
    return specificAnswer(eventName, denied(decision.reason));
  }
  // Without a decision, so that the user is asked, or not, as for any call, and about the arguments
  // that are really used: `allow` would spare the question and `ask` force one.
  if (decision.kind === 'replace-input' && isBeforeTool && takesInput) {
    return specificAnswer(eventName, { updatedInput: decision.input });
  }
  if (decision.kind === 'tell' && tellingEvents.includes(eventName)) {
    return specificAnswer(eventName, { additionalContext: answerText(decision.text) });
  }
  return silentAnswer;
}
