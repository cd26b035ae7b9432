import type { HarnessEvent } from '../core/harness/harnessEvent.ts';
import type { HookDecision } from '../core/harness/hookDecision.ts';
import { isProgram } from './agentProgram.ts';
import { claudeFormAction, claudeFormAnswer, claudeFormEvent } from './claudeForm.ts';
import type { Harness, HookAnswer, HookPayload, HookSurroundings } from './harness.ts';
import { keyField } from './payloadFields.ts';
import type { ToolNames } from './toolAction.ts';

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
  dialect: { parse, answer },
};

function parse(payload: HookPayload, around: HookSurroundings): HarnessEvent | undefined {
  const eventName = keyField(payload, 'hook_event_name', 'hookEventName');
  if (eventName === undefined) return undefined;
  const harness = 'vscode-copilot';
  const source = { harness, payload, eventName, around, provider: undefined } as const;
  return claudeFormEvent(source, claudeFormAction(eventName, payload, { tools }));
}

function answer(event: HarnessEvent, decision: HookDecision): HookAnswer {
  return claudeFormAnswer(event, decision, { tellingEvents, takesInput: true });
}
