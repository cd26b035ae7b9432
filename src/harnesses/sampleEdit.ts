import type { HarnessId } from '../core/harness/harnessEvent.ts';
import type { HookPayload } from './harness.ts';

/** An edit that a made-up session is about to make; paths are absolute. */
export interface SampleEdit {
  readonly cwd: string;
  readonly file: string;
}

const session = 'trial-0001';
const call = 'trial-call-0001';
const text = 'changed\n';

/** What a coding agent tells its hook before it changes a file. */
export function sampleEdit(harness: HarnessId, { cwd, file }: SampleEdit): HookPayload {
  switch (harness) {
    case 'claude-code':
      return {
        session_id: session,
        transcript_path: `${cwd}/.claude/projects/trial/${session}.jsonl`,
        cwd,
        permission_mode: 'default',
        hook_event_name: 'PreToolUse',
        tool_name: 'Write',
        tool_input: { file_path: file, content: text },
        tool_use_id: call,
      };
    case 'codex':
      return {
        session_id: session,
        turn_id: 'trial-turn-0001',
        transcript_path: null,
        cwd,
        hook_event_name: 'PreToolUse',
        model: 'trial',
        permission_mode: 'default',
        tool_name: 'apply_patch',
        tool_input: {
          command: `*** Begin Patch\n*** Add File: ${file}\n+${text}*** End Patch\n`,
        },
        tool_use_id: call,
      };
    case 'gemini-cli':
      return {
        session_id: session,
        transcript_path: '',
        cwd,
        hook_event_name: 'BeforeTool',
        timestamp: '2026-01-01T00:00:00.000Z',
        tool_name: 'write_file',
        tool_input: { file_path: file, content: text },
      };
    case 'opencode':
      return {
        harness: 'opencode',
        event: 'tool.execute.before',
        cwd,
        sessionID: session,
        tool: 'write',
        callID: call,
        args: { filePath: file, content: text },
      };
    case 'cursor':
      return {
        conversation_id: session,
        generation_id: 'trial-turn-0001',
        hook_event_name: 'preToolUse',
        cursor_version: '2.0.0',
        workspace_roots: [cwd],
        cwd,
        tool_name: 'Write',
        tool_input: { file_path: file, content: text },
        tool_use_id: call,
      };
    case 'vscode-copilot':
      return {
        timestamp: '2026-01-01T00:00:00.000Z',
        hookEventName: 'PreToolUse',
        sessionId: session,
        cwd,
        tool_name: 'create_file',
        tool_input: { filePath: file, content: text },
        tool_use_id: call,
      };
    case 'copilot-cli':
      return {
        timestamp: 1_767_225_600_000,
        sessionId: session,
        cwd,
        toolName: 'create',
        toolArgs: JSON.stringify({ path: file, file_text: text }),
      };
  }
}
