import type { HarnessAction, HarnessEvent, ToolCall } from '../core/harness/harnessEvent.ts';
import type { HookDecision } from '../core/harness/hookDecision.ts';
import { isProgram, isScript } from './agentProgram.ts';
import { filePathOf } from './filePaths.ts';
import {
  silentAnswer,
  type Harness,
  type HookAnswer,
  type HookPayload,
  type HookSurroundings,
} from './harness.ts';
import { answerText, denied, jsonAnswer } from './hookAnswers.ts';
import { hookEvent, workingFolder } from './hookEvent.ts';
import {
  field,
  isTable,
  keyField,
  shortTextField,
  tableField,
  textField,
  type Table,
} from './payloadFields.ts';
import {
  argumentsOf,
  callStart,
  permissionWait,
  toolAction,
  type ToolNames,
} from './toolAction.ts';

/** Its own names of tools, and those of Claude Code, which hooks of that form are told instead. */
const tools: ToolNames = {
  reads: ['view', 'Read'],
  edits: ['create', 'edit', 'str_replace_editor', 'Write'],
  patches: ['apply_patch', 'Edit'],
  shells: ['bash', 'powershell', 'Bash'],
  questions: ['ask_user', 'AskUserQuestion'],
  paths: { single: ['path', 'file_path', 'filePath'] },
};

const tellingEvents = ['sessionStart', 'postToolUse', 'subagentStart'];

/**
 * Copilot CLI. A payload in camel case does not name its event, which is told by its fields; a hook
 * whose event is written `PreToolUse` gets the form of Claude Code, with the event's name. Older
 * versions tell no session. Its subagents have no id when they start, so only their end is known.
 */
export const copilotCli: Harness = {
  id: 'copilot-cli',
  displayName: 'Copilot CLI',
  registryName: 'copilot-cli',
  reportsReads: true,
  sessionActorKey: (sessionKey) => `copilot-cli:session:${sessionKey}`,
  childActorKey: (_sessionKey, childKey) => `copilot-cli:agent:${childKey}`,
  isAgentProcess: (process) =>
    isProgram(process, /^copilot$/) ||
    isScript(process, /\/@github\/copilot\/.+\.m?js$|(?:^|\/)bin\/copilot$/),
  dialect: { parse, answer },
};

function parse(payload: HookPayload, around: HookSurroundings): HarnessEvent | undefined {
  const eventName = keyField(payload, 'hook_event_name') ?? eventOfFields(payload);
  if (eventName === undefined) return undefined;
  const childKey = keyField(payload, 'agentId', 'agent_id');
  const childType = shortTextField(payload, 'agentType', 'agent_type', 'agentName', 'agent_name');
  return hookEvent(
    {
      harness: 'copilot-cli',
      eventName,
      cwd: workingFolder([field(payload, 'cwd')], around),
      action: actionOf(ownName(eventName), payload, childKey !== undefined),
    },
    {
      sessionKey: keyField(payload, 'sessionId', 'session_id'),
      childKey,
      childType: childKey === undefined ? undefined : childType,
      model: shortTextField(payload, 'model'),
      transcriptPath:
        childKey === undefined
          ? filePathOf(textField(payload, 'transcriptPath', 'transcript_path'))
          : undefined,
    },
  );
}

/** Its word for the event of a payload that does not name it. */
function eventOfFields(payload: Table): string | undefined {
  const has = (name: string): boolean => field(payload, name) !== undefined;
  if (has('toolName')) {
    if (has('toolResult')) return 'postToolUse';
    if (has('error')) return 'postToolUseFailure';
    return has('toolInput') ? 'permissionRequest' : 'preToolUse';
  }
  if (has('agentName') || has('agentId'))
    return has('stopReason') ? 'subagentStop' : 'subagentStart';
  if (has('stopReason')) return 'agentStop';
  if (has('transformedPrompt')) return 'userPromptTransformed';
  if (has('prompt')) return 'userPromptSubmitted';
  if (has('error')) return 'errorOccurred';
  if (has('trigger')) return 'preCompact';
  if (has('source')) return 'sessionStart';
  if (has('reason')) return 'sessionEnd';
  return has('timestamp') ? 'unknown' : undefined;
}

/** The name in camel case of an event that may have come with that of Claude Code. */
function ownName(eventName: string): string {
  if (eventName === 'UserPromptSubmit') return 'userPromptSubmitted';
  if (eventName === 'Stop') return 'agentStop';
  return `${eventName.charAt(0).toLowerCase()}${eventName.slice(1)}`;
}

function actionOf(eventName: string, payload: Table, isOfChild: boolean): HarnessAction {
  switch (eventName) {
    case 'sessionStart':
      return { kind: 'session-started', isResumed: field(payload, 'source') === 'resume' };
    case 'userPromptSubmitted':
      return { kind: 'prompt' };
    case 'preToolUse':
      return callStart(callIn(payload), { tools, input: argumentsIn(payload) });
    case 'postToolUse':
      return { kind: 'tool-ended', call: callIn(payload), hasFailed: hasFailed(payload) };
    case 'postToolUseFailure':
      return { kind: 'tool-ended', call: callIn(payload), hasFailed: true };
    case 'permissionRequest':
      return permissionWait(callIn(payload));
    case 'notification':
      return notified(payload);
    case 'subagentStop':
      return isOfChild ? { kind: 'child-ended' } : { kind: 'other' };
    case 'agentStop':
      return { kind: 'turn-ended' };
    case 'sessionEnd':
      return { kind: 'session-ended' };
    default:
      return { kind: 'other' };
  }
}

function notified(payload: Table): HarnessAction {
  const text = shortTextField(payload, 'message');
  switch (field(payload, 'notification_type')) {
    case 'permission_prompt':
      return { kind: 'waiting', reason: 'permission', text };
    case 'elicitation_dialog':
      return { kind: 'waiting', reason: 'question', text };
    default:
      return { kind: 'other' };
  }
}

function callIn(payload: Table): ToolCall {
  const name = shortTextField(payload, 'toolName', 'tool_name') ?? 'unknown';
  const input = argumentsIn(payload);
  const isView =
    name === 'str_replace_editor' && isTable(input) && field(input, 'command') === 'view';
  return {
    name,
    callId: keyField(payload, 'toolCallId', 'tool_use_id'),
    action: toolAction(isView ? 'view' : name, input, tools),
  };
}

/** A text that holds JSON in one form, an object in the other; a patch may be a text of its own. */
function argumentsIn(payload: Table): unknown {
  for (const name of ['toolArgs', 'toolInput', 'tool_input']) {
    const value = field(payload, name);
    if (value !== undefined) return argumentsOf(value);
  }
  return undefined;
}

function hasFailed(payload: Table): boolean {
  const type =
    textField(tableField(payload, 'toolResult'), 'resultType') ??
    textField(tableField(payload, 'tool_result'), 'result_type');
  return type !== undefined && type !== 'success';
}

/**
 * Its own form, at the top of the object. A hook in the form of Claude Code gets both, since versions
 * differ in which one they read there.
 */
function answer({ eventName }: HarnessEvent, decision: HookDecision): HookAnswer {
  const own = ownName(eventName);
  const both = (output: Table): HookAnswer =>
    own === eventName
      ? jsonAnswer(output)
      : jsonAnswer({ ...output, hookSpecificOutput: { hookEventName: eventName, ...output } });
  if (decision.kind === 'refuse' && own === 'preToolUse') return both(denied(decision.reason));
  if (decision.kind === 'replace-input' && own === 'preToolUse') {
    return jsonAnswer({ modifiedArgs: decision.input });
  }
  if (decision.kind === 'tell' && tellingEvents.includes(own)) {
    return both({ additionalContext: answerText(decision.text) });
  }
  return silentAnswer;
}
