import type { HarnessAction, HarnessEvent, ToolCall } from '../core/harness/harnessEvent.ts';
import type { HookDecision } from '../core/harness/hookDecision.ts';
import { isProgram } from './agentProgram.ts';
import {
  silentAnswer,
  type Harness,
  type HookAnswer,
  type HookPayload,
  type HookSurroundings,
} from './harness.ts';
import { answerText, denied, specificAnswer } from './hookAnswers.ts';
import { snakeCaseEvent } from './hookEvent.ts';
import { field, keyField, shortTextField, type Table } from './payloadFields.ts';
import { payloadOrigin } from './payloadOrigin.ts';
import { callText, toolAction, type ToolNames } from './toolAction.ts';

const tools: ToolNames = {
  reads: [],
  edits: ['Write', 'Edit'],
  patches: ['apply_patch'],
  shells: ['Bash', 'shell', 'shell_command', 'exec_command', 'local_shell', 'unified_exec'],
  questions: ['request_user_input'],
  paths: { single: ['file_path', 'path'] },
};

const tellingEvents = [
  'SessionStart',
  'UserPromptSubmit',
  'PreToolUse',
  'PostToolUse',
  'SubagentStart',
];

/**
 * Codex CLI. Its answers are the smallest that it takes: a field that it does not know marks the hook
 * as failed, and the call goes on. It has no other arguments to give to a call without allowing it,
 * and builds differ in whether they take even that, so it is told none.
 */
export const codex: Harness = {
  id: 'codex',
  displayName: 'Codex',
  registryName: 'codex',
  reportsReads: false, // it reads with shell commands
  sessionActorKey: (sessionKey) => `codex:thread:${sessionKey}`,
  childActorKey: (_sessionKey, childKey) => `codex:thread:${childKey}`, // a child is a thread too
  isAgentProcess: (process) => isProgram(process, /^codex(?:-(?:x86_64|aarch64)-[\w-]+)?$/),
  dialect: {
    harness: 'codex',
    recognises: (payload) => payloadOrigin(payload) === 'codex',
    parse,
    answer,
  },
};

function parse(payload: HookPayload, around: HookSurroundings): HarnessEvent | undefined {
  const eventName = keyField(payload, 'hook_event_name');
  if (eventName === undefined) return undefined;
  const source = { harness: 'codex', payload, eventName, around, provider: undefined } as const;
  return snakeCaseEvent(source, actionOf(eventName, payload));
}

function actionOf(eventName: string, payload: Table): HarnessAction {
  switch (eventName) {
    case 'SessionStart':
      return startOfSession(field(payload, 'source'));
    case 'UserPromptSubmit':
      return { kind: 'prompt' };
    case 'PreToolUse':
      return startOf(payload);
    case 'PostToolUse':
      return { kind: 'tool-ended', call: callIn(payload), hasFailed: false };
    case 'PostToolUseFailure':
      return { kind: 'tool-ended', call: callIn(payload), hasFailed: true };
    case 'PermissionRequest': {
      const { name, action } = callIn(payload);
      return { kind: 'waiting', reason: 'permission', text: callText(name, action) };
    }
    case 'SubagentStart':
      return { kind: 'child-started' };
    case 'SubagentStop':
      return { kind: 'child-ended' };
    case 'Stop':
    case 'StopFailure':
    case 'Interrupt':
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

function startOf(payload: Table): HarnessAction {
  const call = callIn(payload);
  return tools.questions.includes(call.name)
    ? { kind: 'waiting', reason: 'question', text: undefined }
    : { kind: 'tool-starting', call };
}

function callIn(payload: Table): ToolCall {
  const name = shortTextField(payload, 'tool_name') ?? 'unknown';
  return {
    name,
    callId: keyField(payload, 'tool_use_id'),
    action: toolAction(name, field(payload, 'tool_input'), tools),
  };
}

function answer({ eventName }: HarnessEvent, decision: HookDecision): HookAnswer {
  if (decision.kind === 'refuse' && eventName === 'PreToolUse') {
    return specificAnswer(eventName, denied(decision.reason));
  }
  if (decision.kind === 'tell' && tellingEvents.includes(eventName)) {
    return specificAnswer(eventName, { additionalContext: answerText(decision.text) });
  }
  return silentAnswer;
}
