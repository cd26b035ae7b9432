import type { HarnessAction, HarnessEvent } from '../core/harness/harnessEvent.ts';
import type { HookDecision } from '../core/harness/hookDecision.ts';
import { isProgram, isScript } from './agentProgram.ts';
import { claudeFormCall, claudeFormEvent, claudeFormStart } from './claudeForm.ts';
import {
  silentAnswer,
  type Harness,
  type HookAnswer,
  type HookPayload,
  type HookSurroundings,
} from './harness.ts';
import { answerText, jsonAnswer, specificAnswer } from './hookAnswers.ts';
import {
  countField,
  field,
  keyField,
  shortTextField,
  tableField,
  type Table,
} from './payloadFields.ts';
import type { ToolNames } from './toolAction.ts';

const tools: ToolNames = {
  reads: ['read_file'],
  edits: ['write_file', 'replace', 'edit'],
  patches: [],
  shells: ['run_shell_command'],
  questions: ['ask_user', 'exit_plan_mode'],
  paths: { single: ['file_path', 'absolute_path'] },
};

const tellingEvents = ['SessionStart', 'BeforeAgent', 'AfterTool'];

/** Gemini CLI. It knows no children; a refusal is at the top of its answer. */
export const geminiCli: Harness = {
  id: 'gemini-cli',
  displayName: 'Gemini CLI',
  registryName: 'gemini-cli',
  reportsReads: true,
  sessionActorKey: (sessionKey) => `gemini-cli:session:${sessionKey}`,
  childActorKey: (_sessionKey, childKey) => `gemini-cli:agent:${childKey}`,
  isAgentProcess: (process) =>
    isProgram(process, /^gemini$/) ||
    isScript(process, /\/@google\/gemini-cli\/.+\.m?js$|(?:^|\/)gemini(?:\.m?js)?$/),
  dialect: { parse, answer },
};

function parse(payload: HookPayload, around: HookSurroundings): HarnessEvent | undefined {
  const eventName = keyField(payload, 'hook_event_name');
  if (eventName === undefined) return undefined;
  const source = { harness: 'gemini-cli', payload, eventName, around, provider: 'google' } as const;
  const event = claudeFormEvent(source, actionOf(eventName, payload));
  const model = event.model ?? shortTextField(tableField(payload, 'llm_request'), 'model');
  return { ...event, model };
}

function actionOf(eventName: string, payload: Table): HarnessAction {
  switch (eventName) {
    case 'SessionStart':
      return { kind: 'session-started', isResumed: field(payload, 'source') === 'resume' };
    case 'BeforeAgent':
      return { kind: 'prompt' };
    case 'BeforeTool':
      return claudeFormStart(payload, tools);
    case 'AfterTool': {
      const error = field(tableField(payload, 'tool_response'), 'error');
      const hasFailed = error !== undefined && error !== null;
      return { kind: 'tool-ended', call: claudeFormCall(payload, tools), hasFailed };
    }
    case 'AfterModel':
      return fillOf(payload);
    case 'Notification':
      return field(payload, 'notification_type') === 'ToolPermission'
        ? { kind: 'waiting', reason: 'permission', text: shortTextField(payload, 'message') }
        : { kind: 'other' };
    case 'AfterAgent':
      return { kind: 'turn-ended' };
    case 'SessionEnd':
      return { kind: 'session-ended' };
    default:
      return { kind: 'other' };
  }
}

/** The figures are those of one request, so only what fills the context can be told from them. */
function fillOf(payload: Table): HarnessAction {
  const figures = tableField(tableField(payload, 'llm_response'), 'usageMetadata');
  const contextTokens = countField(figures, 'promptTokenCount', 'totalTokenCount');
  return contextTokens === undefined
    ? { kind: 'other' }
    : { kind: 'usage', usage: { contextTokens } };
}

/** Other arguments are merged into those of the call, which a person has allowed before. */
function answer({ eventName }: HarnessEvent, decision: HookDecision): HookAnswer {
  const isBeforeTool = eventName === 'BeforeTool';
  if (decision.kind === 'refuse' && isBeforeTool) {
    return jsonAnswer({ decision: 'deny', reason: answerText(decision.reason) });
  }
  if (decision.kind === 'replace-input' && isBeforeTool) {
    return specificAnswer(eventName, { tool_input: decision.input });
  }
  if (decision.kind === 'tell' && tellingEvents.includes(eventName)) {
    return specificAnswer(eventName, { additionalContext: answerText(decision.text) });
  }
  return silentAnswer;
}
