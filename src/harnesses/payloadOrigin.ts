import type { HarnessId } from '../core/harness/harnessEvent.ts';
import { field, keyField, listField, textField, type Table } from './payloadFields.ts';
import { filePathOf } from './filePaths.ts';

const geminiEvents = [
  'BeforeTool',
  'AfterTool',
  'BeforeAgent',
  'AfterAgent',
  'BeforeModel',
  'AfterModel',
  'BeforeToolSelection',
  'PreCompress',
];
const pascalCase = /^[A-Z][A-Za-z]*$/;
const rolloutFile = /(?:^|[\\/])rollout-[^\\/]*$/;
const geminiTranscript = /[\\/]\.gemini[\\/]/;
const copilotCliTranscript = /[\\/]\.copilot[\\/]/;
const claudeTranscript = /[\\/]\.claude[\\/]projects[\\/]/;

/**
 * Which coding agent sent a payload, told by its fields alone; undefined where they do not tell. Some
 * agents load the hook files of others, so nothing but the payload counts, and there is one answer.
 */
export function payloadOrigin(payload: Table): HarnessId | undefined {
  if (field(payload, 'harness') === 'opencode') {
    return textField(payload, 'event') === undefined ? undefined : 'opencode';
  }
  if (isOfCursor(payload)) return 'cursor';
  if (typeof field(payload, 'timestamp') === 'number') return originOfCountedTime(payload);
  const event = textField(payload, 'hook_event_name');
  if (event === undefined) {
    return textField(payload, 'hookEventName') === undefined ? undefined : 'vscode-copilot';
  }
  if (geminiEvents.includes(event)) return 'gemini-cli';
  if (!pascalCase.test(event)) return undefined;
  if (textField(payload, 'timestamp') !== undefined) return originOfWrittenTime(payload, event);
  if (isOfCodex(payload)) return 'codex';
  return keyField(payload, 'session_id') === undefined ? undefined : 'claude-code';
}

function isOfCursor(payload: Table): boolean {
  return (
    textField(payload, 'cursor_version') !== undefined ||
    (textField(payload, 'conversation_id') !== undefined &&
      (textField(payload, 'generation_id') !== undefined ||
        listField(payload, 'workspace_roots').length > 0))
  );
}

/** Milliseconds since the epoch: only Copilot CLI counts them. */
function originOfCountedTime(payload: Table): HarnessId | undefined {
  const known = textField(payload, 'sessionId', 'toolName', 'cwd');
  return known === undefined ? undefined : 'copilot-cli';
}

/** An ISO time: Gemini CLI, Copilot in VS Code, and Copilot CLI where its hook is named that way. */
function originOfWrittenTime(payload: Table, event: string): HarnessId {
  const transcript = field(payload, 'transcript_path');
  if (field(payload, 'notification_type') === 'ToolPermission') return 'gemini-cli';
  if (transcript === '') return 'gemini-cli';
  const path = filePathOf(transcript);
  if (path !== undefined && geminiTranscript.test(path)) return 'gemini-cli';
  if (textField(payload, 'stop_reason', 'agent_name', 'custom_instructions') !== undefined) {
    return 'copilot-cli';
  }
  if (path !== undefined) return copilotCliTranscript.test(path) ? 'copilot-cli' : 'vscode-copilot';
  const isOfEditor =
    textField(payload, 'tool_use_id') !== undefined ||
    event === 'SubagentStart' ||
    event === 'SubagentStop';
  return isOfEditor ? 'vscode-copilot' : 'copilot-cli';
}

function isOfCodex(payload: Table): boolean {
  if (textField(payload, 'turn_id') !== undefined) return true;
  const transcript = field(payload, 'transcript_path');
  if (transcript === null) return true;
  if (typeof transcript === 'string' && rolloutFile.test(transcript)) return true;
  if (typeof transcript === 'string' && isOfClaude(transcript, payload)) return false;
  return (
    textField(payload, 'model') !== undefined && textField(payload, 'permission_mode') !== undefined
  );
}

function isOfClaude(transcript: string, payload: Table): boolean {
  const session = keyField(payload, 'session_id');
  return (
    claudeTranscript.test(transcript) ||
    (session !== undefined && transcript.endsWith(`${session}.jsonl`))
  );
}
