import type {
  HarnessAction,
  HarnessEvent,
  ToolAction,
  ToolCall,
} from '../core/harness/harnessEvent.ts';
import type { HookDecision } from '../core/harness/hookDecision.ts';
import { isProgram, isScript } from './agentProgram.ts';
import { claudeFormCall, claudeFormStart } from './claudeForm.ts';
import { filePathOf, filePathsIn } from './filePaths.ts';
import {
  silentAnswer,
  type Harness,
  type HookAnswer,
  type HookPayload,
  type HookSurroundings,
} from './harness.ts';
import { answerText, jsonAnswer } from './hookAnswers.ts';
import { hookEvent, workingFolder } from './hookEvent.ts';
import {
  countField,
  field,
  keyField,
  listField,
  shortTextField,
  type Table,
} from './payloadFields.ts';
import { shellAction, type ToolNames } from './toolAction.ts';

const tools: ToolNames = {
  reads: ['Read'],
  edits: ['Write', 'Edit', 'MultiEdit', 'StrReplace', 'Delete', 'EditNotebook', 'NotebookEdit'],
  patches: ['ApplyPatch'],
  shells: ['Shell', 'Bash'],
  questions: ['AskQuestion', 'AskUserQuestion'],
  paths: {
    single: ['file_path', 'path', 'target_file', 'notebook_path', 'target_notebook', 'filePath'],
  },
};

/** The events that wait for a permission. */
const askingEvents = [
  'preToolUse',
  'beforeShellExecution',
  'beforeMCPExecution',
  'beforeReadFile',
  'subagentStart',
];
const tellingEvents = ['sessionStart', 'postToolUse'];

/**
 * Cursor, its editor and its command line. It runs the hooks of Claude Code's settings too, with its
 * own payload. The user's mail address, which every payload carries, is read by nothing here.
 */
export const cursor: Harness = {
  id: 'cursor',
  displayName: 'Cursor',
  registryName: 'cursor',
  reportsReads: true,
  sessionActorKey: (sessionKey) => `cursor:session:${sessionKey}`,
  childActorKey: (_sessionKey, childKey) => `cursor:agent:${childKey}`,
  isAgentProcess: (process) =>
    isProgram(process, /^(?:[Cc]ursor|cursor-agent|Cursor Helper(?: \([\w ]+\))?)$/) ||
    isScript(process, /\/cursor-agent\/.*\.m?js$|(?:^|\/)cursor-agent$/),
  dialect: { parse, answer },
};

function parse(payload: HookPayload, around: HookSurroundings): HarnessEvent | undefined {
  const eventName = keyField(payload, 'hook_event_name');
  const conversation = keyField(payload, 'conversation_id', 'session_id');
  // What a window does without an agent, such as opening a folder, is no agent's event.
  if (eventName === undefined || conversation === undefined) return undefined;
  const parent = keyField(payload, 'parent_conversation_id');
  const childKey = keyField(payload, 'subagent_id');
  const isOfChild = childKey !== undefined;
  return hookEvent(
    {
      harness: 'cursor',
      eventName,
      cwd: folderIn(payload, around),
      action: actionOf(ownName(eventName), payload, isOfChild),
    },
    {
      sessionKey: isOfChild ? (parent ?? conversation) : conversation,
      childKey,
      childType: isOfChild ? shortTextField(payload, 'subagent_type') : undefined,
      parentSessionKey: isOfChild || parent === conversation ? undefined : parent,
      model: shortTextField(payload, isOfChild ? 'subagent_model' : 'model', 'model'),
      transcriptPath: filePathOf(
        field(payload, isOfChild ? 'agent_transcript_path' : 'transcript_path'),
      ),
    },
  );
}

/** Cursor's word for an event that the hook file of another agent may have given its own name. */
function ownName(eventName: string): string {
  if (eventName === 'UserPromptSubmit') return 'beforeSubmitPrompt';
  return `${eventName.charAt(0).toLowerCase()}${eventName.slice(1)}`;
}

function actionOf(eventName: string, payload: Table, isOfChild: boolean): HarnessAction {
  switch (eventName) {
    case 'sessionStart':
      return { kind: 'session-started', isResumed: false };
    case 'beforeSubmitPrompt':
      return { kind: 'prompt' };
    case 'preToolUse':
      return claudeFormStart(payload, tools);
    case 'beforeShellExecution':
    case 'beforeMCPExecution':
    case 'beforeReadFile':
      return { kind: 'tool-starting', call: specialCall(eventName, payload) };
    case 'postToolUse':
      return { kind: 'tool-ended', call: claudeFormCall(payload, tools), hasFailed: false };
    case 'postToolUseFailure':
      return { kind: 'tool-ended', call: claudeFormCall(payload, tools), hasFailed: true };
    case 'afterShellExecution':
    case 'afterMCPExecution':
      return { kind: 'tool-ended', call: specialCall(eventName, payload), hasFailed: false };
    case 'afterFileEdit':
      return { kind: 'files-edited', paths: filePathsIn(payload, tools.paths) };
    case 'subagentStart':
      return isOfChild ? { kind: 'child-started' } : { kind: 'other' };
    case 'subagentStop':
      return isOfChild ? { kind: 'child-ended' } : { kind: 'other' };
    case 'preCompact':
      return fillOf(payload);
    case 'stop':
      return { kind: 'turn-ended' };
    case 'sessionEnd':
      return { kind: 'session-ended' };
    default:
      return { kind: 'other' };
  }
}

/** A call in an event of its own for shell commands, MCP tools or reading. It has no id. */
function specialCall(eventName: string, payload: Table): ToolCall {
  if (eventName === 'beforeReadFile') {
    const action: ToolAction = { kind: 'read', paths: filePathsIn(payload, tools.paths) };
    return { name: 'Read', callId: undefined, action };
  }
  if (eventName.endsWith('MCPExecution')) return claudeFormCall(payload, tools);
  return { name: 'Shell', callId: undefined, action: shellAction(payload) };
}

function fillOf(payload: Table): HarnessAction {
  const contextTokens = countField(payload, 'context_tokens');
  const contextLimit = countField(payload, 'context_window_size');
  return contextTokens === undefined
    ? { kind: 'other' }
    : { kind: 'usage', usage: { contextTokens, contextLimit } };
}

/** Its own field is often empty; the first root of the window is where the agent works then. */
function folderIn(payload: Table, around: HookSurroundings): string {
  const values = [field(payload, 'cwd'), ...listField(payload, 'workspace_roots')];
  return workingFolder([...values, around.env.CURSOR_PROJECT_DIR], around);
}

function answer(event: HarnessEvent, decision: HookDecision): HookAnswer {
  const eventName = ownName(event.eventName);
  if (decision.kind === 'refuse' && askingEvents.includes(eventName)) {
    const reason = answerText(decision.reason);
    return jsonAnswer({ permission: 'deny', user_message: reason, agent_message: reason });
  }
  if (decision.kind === 'replace-input' && eventName === 'preToolUse') {
    return jsonAnswer({ updated_input: decision.input });
  }
  if (decision.kind === 'tell' && tellingEvents.includes(eventName)) {
    return jsonAnswer({ additional_context: answerText(decision.text) });
  }
  return silentAnswer;
}
