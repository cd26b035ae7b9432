import type { HarnessAction, HarnessEvent } from '../core/harness/harnessEvent.ts';
import type { HookDecision } from '../core/harness/hookDecision.ts';
import { isProgram } from './agentProgram.ts';
import { claudeFormAction, claudeFormAnswer, claudeFormEvent } from './claudeForm.ts';
import type { Harness, HookAnswer, HookPayload, HookSurroundings } from './harness.ts';
import { keyField, type Table } from './payloadFields.ts';
import type { ToolNames } from './toolAction.ts';

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
  dialect: { parse, answer },
};

function parse(payload: HookPayload, around: HookSurroundings): HarnessEvent | undefined {
  const eventName = keyField(payload, 'hook_event_name');
  if (eventName === undefined) return undefined;
  const source = { harness: 'codex', payload, eventName, around, provider: undefined } as const;
  return claudeFormEvent(source, actionOf(eventName, payload));
}

function actionOf(eventName: string, payload: Table): HarnessAction {
  return eventName === 'Interrupt'
    ? { kind: 'turn-ended' }
    : claudeFormAction(eventName, payload, { tools });
}

function answer(event: HarnessEvent, decision: HookDecision): HookAnswer {
  return claudeFormAnswer(event, decision, { tellingEvents, takesInput: false });
}
