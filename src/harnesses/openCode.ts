import type {
  HarnessAction,
  HarnessEvent,
  ReportedUsage,
  ToolCall,
} from '../core/harness/harnessEvent.ts';
import type { HookDecision } from '../core/harness/hookDecision.ts';
import { isProgram } from './agentProgram.ts';
import { filePathsIn } from './filePaths.ts';
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
  flagField,
  keyField,
  shortTextField,
  tableField,
  type Table,
} from './payloadFields.ts';
import { callStart, toolAction, type ToolNames } from './toolAction.ts';
import { openCodeSessionUsage } from './usage/openCodeUsage.ts';

const tools: ToolNames = {
  reads: ['read'],
  edits: ['write', 'edit', 'multiedit'],
  patches: ['apply_patch', 'patch'],
  shells: ['bash', 'shell'],
  questions: ['question'],
  paths: { single: ['filePath', 'path'] },
};

/**
 * OpenCode. It runs a plugin of ours inside itself, and the plugin runs the hook, so the form of the
 * payload is our own. One JSON object:
 *
 * | field | type | in |
 * | --- | --- | --- |
 * | `harness` | `"opencode"` | every event |
 * | `event` | OpenCode's name of the event or plugin hook, or `usage` | every event |
 * | `cwd` | text, absolute: the plugin's `directory` | every event |
 * | `sessionID` | text | every event; one without it is passed over |
 * | `parentID` | text: the session that started this one | every event of a child's session |
 * | `agent` | text: the kind of agent, such as `build` or `explore` | where it is known |
 * | `model` | `{ "providerID": text, "modelID": text }` | where it is known |
 * | `tool`, `callID`, `args` | text, text, object | `tool.execute.before`, `tool.execute.after` |
 * | `isError` | true when the tool has failed | `tool.execute.after` |
 * | `file` | text: a path | `file.edited` |
 * | `text` | text: what is asked | `permission.*`, `question.*` |
 * | `status` | `busy`, `retry` or `idle` | `session.status` |
 * | `info` | OpenCode's own object, or its `tokens`, `cost` and `model` alone | `session.updated` |
 * | `usage` | see below | `usage`, after `message.updated` |
 *
 * Events with a meaning: `session.created`, `session.idle`, `session.status`, `session.error`,
 * `session.deleted`, `session.updated`, `chat.message`, `tool.execute.before`, `tool.execute.after`,
 * `permission.asked`, `permission.updated`, `permission.ask`, `question.asked`, `file.edited`,
 * `usage`, and `dispose`, which the plugin tells of each session when OpenCode ends. All others are a
 * sign of life.
 *
 * `usage` has the totals of the session, which the plugin adds up over its messages, each with its
 * newest figures: `inputTokens`, `outputTokens`, `reasoningTokens`, which OpenCode counts
 * apart, `cacheReadTokens`, `cacheWriteTokens`, `costUsd`; and of the newest request `contextTokens`,
 * and `contextLimit`. Where `session.updated` tells the sums, only those two are needed.
 *
 * The answer is nothing, or `{"refuse": reason}` to `tool.execute.before`, upon which the plugin
 * throws an error with the reason as its message; to the start of a session or a prompt it is
 * `{"session": id}`, the session's id in the registry, for the commands that it runs. The exit code is
 * always 0.
 */
export const openCode: Harness = {
  id: 'opencode',
  displayName: 'OpenCode',
  registryName: 'opencode',
  reportsReads: true,
  sessionActorKey: (sessionKey) => `opencode:session:${sessionKey}`,
  childActorKey: (_sessionKey, childKey) => `opencode:session:${childKey}`, // a session of its own
  isAgentProcess: (process) => isProgram(process, /^\.?opencode$/),
  dialect: { parse, answer },
};

function parse(payload: HookPayload, around: HookSurroundings): HarnessEvent | undefined {
  const eventName = keyField(payload, 'event');
  const sessionKey = keyField(payload, 'sessionID');
  // Several sessions share a process: what tells no session cannot be told from the others.
  if (eventName === undefined || sessionKey === undefined) return undefined;
  const parentSessionKey = keyField(payload, 'parentID');
  const model = tableField(payload, 'model');
  return hookEvent(
    {
      harness: 'opencode',
      eventName,
      cwd: workingFolder([field(payload, 'cwd')], around),
      action: actionOf(eventName, payload),
    },
    {
      sessionKey,
      childType: parentSessionKey === undefined ? undefined : shortTextField(payload, 'agent'),
      parentSessionKey,
      model: shortTextField(model, 'modelID'),
      provider: shortTextField(model, 'providerID'),
    },
  );
}

function actionOf(eventName: string, payload: Table): HarnessAction {
  switch (eventName) {
    case 'session.created':
      return { kind: 'session-started', isResumed: false };
    case 'chat.message':
      return { kind: 'prompt' };
    case 'tool.execute.before':
      return callStart(callIn(payload), { tools, input: field(payload, 'args') });
    case 'tool.execute.after':
      return {
        kind: 'tool-ended',
        call: callIn(payload),
        hasFailed: flagField(payload, 'isError'),
      };
    case 'file.edited':
      return { kind: 'files-edited', paths: filePathsIn(payload, { single: ['file'] }) };
    case 'permission.asked':
    case 'permission.updated':
    case 'permission.ask':
      return { kind: 'waiting', reason: 'permission', text: shortTextField(payload, 'text') };
    case 'question.asked':
      return { kind: 'waiting', reason: 'question', text: shortTextField(payload, 'text') };
    case 'usage':
      return { kind: 'usage', usage: usageIn(tableField(payload, 'usage')) };
    case 'session.updated': {
      const usage = openCodeSessionUsage(field(payload, 'info'))?.usage;
      return usage === undefined ? { kind: 'other' } : { kind: 'usage', usage };
    }
    case 'session.status':
      return field(payload, 'status') === 'idle' ? restOf(payload) : { kind: 'other' };
    case 'session.idle':
      return restOf(payload);
    case 'session.error':
      return { kind: 'turn-ended' };
    case 'session.deleted':
    case 'dispose':
      return { kind: 'session-ended' };
    default:
      return { kind: 'other' };
  }
}

/** The session of a child has nothing more to do once it rests; if it has after all, it begins anew. */
function restOf(payload: Table): HarnessAction {
  const isOfChild = keyField(payload, 'parentID') !== undefined;
  return { kind: isOfChild ? 'session-ended' : 'turn-ended' };
}

function callIn(payload: Table): ToolCall {
  const name = shortTextField(payload, 'tool') ?? 'unknown';
  return {
    name,
    callId: keyField(payload, 'callID'),
    action: toolAction(name, field(payload, 'args'), tools),
  };
}

/** Thoughts are part of the output, as with other agents. */
function usageIn(figures: Table): ReportedUsage {
  const output = countField(figures, 'outputTokens');
  const reasoningTokens = countField(figures, 'reasoningTokens');
  return {
    inputTokens: countField(figures, 'inputTokens'),
    outputTokens: output === undefined ? undefined : output + (reasoningTokens ?? 0),
    reasoningTokens,
    cacheReadTokens: countField(figures, 'cacheReadTokens'),
    cacheWriteTokens: countField(figures, 'cacheWriteTokens'),
    costUsd: countField(figures, 'costUsd'),
    contextTokens: countField(figures, 'contextTokens'),
    contextLimit: countField(figures, 'contextLimit'),
  };
}

function answer({ eventName }: HarnessEvent, decision: HookDecision): HookAnswer {
  if (decision.kind === 'refuse' && eventName === 'tool.execute.before') {
    return jsonAnswer({ refuse: answerText(decision.reason) });
  }
  return decision.kind === 'identify' ? jsonAnswer({ session: decision.sessionId }) : silentAnswer;
}
