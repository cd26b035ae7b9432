import type { HarnessAction, HarnessEvent } from '../core/harness/harnessEvent.ts';
import type { HookDecision } from '../core/harness/hookDecision.ts';
import { isProgram, isScript, programsOf } from './agentProgram.ts';
import {
  claudeFormAction,
  claudeFormAnswer,
  claudeFormCall,
  claudeFormEvent,
} from './claudeForm.ts';
import type { Harness, HookAnswer, HookPayload, HookSurroundings } from './harness.ts';
import {
  field,
  keyField,
  shortTextField,
  tableField,
  textField,
  type Table,
} from './payloadFields.ts';
import type { ToolNames } from './toolAction.ts';

const tools: ToolNames = {
  reads: ['Read'],
  edits: ['Write', 'Edit', 'MultiEdit', 'NotebookEdit'],
  patches: [],
  shells: ['Bash', 'PowerShell'],
  questions: ['AskUserQuestion', 'ExitPlanMode'],
  paths: { single: ['file_path', 'notebook_path'] },
};

const tellingEvents = [
  'SessionStart',
  'UserPromptSubmit',
  'PreToolUse',
  'PostToolUse',
  'PostToolUseFailure',
  'PostToolBatch',
  'SubagentStart',
];

/**
 * Claude Code, its hooks as of 2.1. A subagent shares the session of its parent and is told apart by
 * `agent_id`, which every event of it carries.
 */
export const claudeCode: Harness = {
  id: 'claude-code',
  displayName: 'Claude Code',
  registryName: 'claude-code',
  reportsReads: true,
  sessionActorKey: (sessionKey) => `claude-code:session:${sessionKey}`,
  childActorKey: (_sessionKey, childKey) => `claude-code:agent:${childKey}`,
  isAgentProcess: (process) =>
    isProgram(process, /^claude$/) ||
    programsOf(process).some((path) => /[\\/]claude[\\/]versions[\\/][^\\/]+$/.test(path)) ||
    isScript(process, /(?:^|\/)(?:claude-code|claude-agent-sdk)\/cli\.m?js$|(?:^|\/)bin\/claude$/),
  dialect: { parse, answer },
};

function parse(payload: HookPayload, around: HookSurroundings): HarnessEvent | undefined {
  const eventName = keyField(payload, 'hook_event_name');
  if (eventName === undefined) return undefined;
  if (isOfHelper(payload)) return parseOfHelper(payload, around);
  const provider = providerIn(around.env);
  const source = { harness: 'claude-code', payload, eventName, around, provider } as const;
  const event = claudeFormEvent(source, actionOf(eventName, payload));
  const model = event.model ?? shortTextField(tableField(payload, 'model'), 'id');
  if (event.childKey === undefined) return { ...event, model };
  const transcriptPath = event.transcriptPath ?? transcriptOfChild(payload, event.childKey);
  return { ...event, model, transcriptPath };
}

/** Claude Code has agents of its own, such as for compacting. They have no type and never start. */
function isOfHelper(payload: Table): boolean {
  return field(payload, 'agent_type') === '' && keyField(payload, 'agent_id') !== undefined;
}

/** What they do with tools is the session's doing; that they end is nobody's concern. */
function parseOfHelper(payload: Table, around: HookSurroundings): HarnessEvent | undefined {
  const event = parse({ ...payload, agent_id: undefined }, around);
  return event?.action.kind === 'child-started' || event?.action.kind === 'child-ended'
    ? { ...event, action: { kind: 'other' } }
    : event;
}

function actionOf(eventName: string, payload: Table): HarnessAction {
  switch (eventName) {
    case 'PermissionDenied':
      return { kind: 'tool-ended', call: claudeFormCall(payload, tools), hasFailed: true };
    case 'Notification':
      return notified(payload);
    case 'Elicitation':
      return { kind: 'waiting', reason: 'question', text: shortTextField(payload, 'message') };
    case 'TeammateIdle':
      return { kind: 'turn-ended' };
    default:
      return claudeFormAction(eventName, payload, { tools });
  }
}

/** Before it had types, a notification told what it is about in its words alone. */
function notified(payload: Table): HarnessAction {
  const text = shortTextField(payload, 'message');
  switch (textField(payload, 'notification_type') ?? typeOfMessage(text)) {
    case 'permission_prompt':
      return { kind: 'waiting', reason: 'permission', text };
    case 'idle_prompt':
      return { kind: 'waiting', reason: 'idle', text };
    case 'agent_needs_input':
    case 'elicitation_dialog':
      return { kind: 'waiting', reason: 'question', text };
    default:
      return { kind: 'other' };
  }
}

function typeOfMessage(message: string | undefined): string | undefined {
  if (message?.includes('needs your permission') === true) return 'permission_prompt';
  return message?.includes('waiting for your input') === true ? 'idle_prompt' : undefined;
}

/** A subagent's transcript lies beside that of its session, in a folder of the session's name. */
function transcriptOfChild(payload: Table, childKey: string): string | undefined {
  const ofSession = textField(payload, 'transcript_path');
  if (ofSession?.endsWith('.jsonl') !== true || !/^[\w-]+$/.test(childKey)) return undefined;
  const separator = ofSession.includes('/') ? '/' : '\\';
  const folder = ofSession.slice(0, -'.jsonl'.length);
  return [folder, 'subagents', `agent-${childKey}.jsonl`].join(separator);
}

function providerIn(env: HookSurroundings['env']): string {
  if (isOn(env.CLAUDE_CODE_USE_BEDROCK)) return 'bedrock';
  return isOn(env.CLAUDE_CODE_USE_VERTEX) ? 'vertex' : 'anthropic';
}

function isOn(value: string | undefined): boolean {
  return value === '1' || value === 'true';
}

function answer(event: HarnessEvent, decision: HookDecision): HookAnswer {
  return claudeFormAnswer(event, decision, { tellingEvents, takesInput: true });
}
