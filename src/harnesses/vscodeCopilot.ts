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
import { field, keyField, shortTextField, tableField, type Table } from './payloadFields.ts';
import { payloadOrigin } from './payloadOrigin.ts';
import { questionText, toolAction, type ToolNames } from './toolAction.ts';

/** Names as the hooks of it were seen to be told; those in camel case are of its documentation. */
const tools: ToolNames = {
  reads: ['read_file', 'readFile'],
  edits: [
    'create_file',
    'replace_string_in_file',
    'multi_replace_string_in_file',
    'insert_edit_into_file',
    'edit_notebook_file',
    'create_new_jupyter_notebook',
    'createFile',
    'editFiles',
    'deleteFile',
  ],
  patches: ['apply_patch'],
  shells: ['run_in_terminal', 'runTerminalCommand'],
  questions: ['vscode_askQuestions', 'ask_questions'],
  paths: { single: ['filePath', 'path', 'file_path'], lists: ['replacements', 'files', 'edits'] },
};

const tellingEvents = ['SessionStart', 'PreToolUse', 'PostToolUse', 'SubagentStart'];

const extensionHost = /^--(?:type|vscode-utility-kind)=extensionHost$/i;

/**
 * The agent of Copilot in VS Code. It loads the hook files of Claude Code and Copilot CLI too, pays no
 * heed to their matchers, and has its own names for tools. Its hooks run in the extension host.
 */
export const vscodeCopilot: Harness = {
  id: 'vscode-copilot',
  displayName: 'Copilot in VS Code',
  registryName: 'vscode-copilot',
  reportsReads: true,
  sessionActorKey: (sessionKey) => `vscode-copilot:session:${sessionKey}`,
  childActorKey: (_sessionKey, childKey) => `vscode-copilot:agent:${childKey}`,
  isAgentProcess: (process) =>
    process.args.some((arg) => extensionHost.test(arg)) && !isProgram(process, /^cursor/i),
  dialect: {
    harness: 'vscode-copilot',
    recognises: (payload) => payloadOrigin(payload) === 'vscode-copilot',
    parse,
    answer,
  },
};

function parse(payload: HookPayload, around: HookSurroundings): HarnessEvent | undefined {
  const eventName = keyField(payload, 'hook_event_name', 'hookEventName');
  if (eventName === undefined) return undefined;
  const harness = 'vscode-copilot';
  const source = { harness, payload, eventName, around, provider: undefined } as const;
  return snakeCaseEvent(source, actionOf(eventName, payload));
}

function actionOf(eventName: string, payload: Table): HarnessAction {
  switch (eventName) {
    case 'SessionStart':
      return { kind: 'session-started', isResumed: field(payload, 'source') === 'resume' };
    case 'UserPromptSubmit':
      return { kind: 'prompt' };
    case 'PreToolUse':
      return startOf(payload);
    case 'PostToolUse':
      return { kind: 'tool-ended', call: callIn(payload), hasFailed: false };
    case 'SubagentStart':
      return { kind: 'child-started' };
    case 'SubagentStop':
      return { kind: 'child-ended' };
    case 'Stop':
      return { kind: 'turn-ended' };
    default:
      return { kind: 'other' };
  }
}

function startOf(payload: Table): HarnessAction {
  const call = callIn(payload);
  if (!tools.questions.includes(call.name)) return { kind: 'tool-starting', call };
  const text = questionText(tableField(payload, 'tool_input'));
  return { kind: 'waiting', reason: 'question', text };
}

function callIn(payload: Table): ToolCall {
  const name = shortTextField(payload, 'tool_name') ?? 'unknown';
  return {
    name,
    callId: keyField(payload, 'tool_use_id'),
    action: toolAction(name, field(payload, 'tool_input'), tools),
  };
}

/** Other arguments without a decision leave it to the editor whether the user is asked. */
function answer({ eventName }: HarnessEvent, decision: HookDecision): HookAnswer {
  const isBeforeTool = eventName === 'PreToolUse';
  if (decision.kind === 'refuse' && isBeforeTool) {
    return specificAnswer(eventName, denied(decision.reason));
  }
  if (decision.kind === 'replace-input' && isBeforeTool) {
    return specificAnswer(eventName, { updatedInput: decision.input });
  }
  if (decision.kind === 'tell' && tellingEvents.includes(eventName)) {
    return specificAnswer(eventName, { additionalContext: answerText(decision.text) });
  }
  return silentAnswer;
}
