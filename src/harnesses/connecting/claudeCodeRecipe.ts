import type { ConnectionRecipe } from '../../core/harness/connectionRecipe.ts';
import type { HookEntry } from './hookFile.ts';
import { hookRecipe } from './hookRecipe.ts';
import { posixCommand } from './launcherCommand.ts';

/**
 * Seconds for each event. There are no matchers: the hook judges by itself, and other agents that read
 * these settings ignore them. `WorktreeCreate` must never be set, since a hook of it takes git's place.
 */
const timeouts = {
  SessionStart: 10,
  UserPromptSubmit: 10,
  PreToolUse: 10,
  PermissionRequest: 10,
  PostToolUse: 10,
  PostToolUseFailure: 10,
  Notification: 10,
  SubagentStart: 10,
  SubagentStop: 10,
  Stop: 10,
  StopFailure: 10,
  SessionEnd: 5,
} as const;

const entries: readonly HookEntry[] = Object.entries(timeouts).map(([event, timeout]) => ({
  event,
  value: { hooks: [{ type: 'command', command: posixCommand('claude-code'), timeout }] },
}));

/** Claude Code runs hooks in a POSIX shell, on Windows in that of git. */
export const claudeCodeRecipe: ConnectionRecipe = hookRecipe(
  {
    harness: 'claude-code',
    displayName: 'Claude Code',
    places: {
      local: { base: 'checkout', path: ['.claude', 'settings.local.json'] },
      shared: { base: 'checkout', path: ['.claude', 'settings.json'] },
      user: {
        base: 'user',
        variable: 'CLAUDE_CONFIG_DIR',
        folder: ['.claude'],
        path: ['settings.json'],
      },
    },
    isOwnFile: false,
    traces: {
      commands: ['claude'],
      inHome: [
        ['.claude', 'local', 'claude'],
        ['.local', 'share', 'claude', 'versions'],
      ],
      absolute: [],
    },
    notes: () => [],
  },
  { entries, preamble: {} },
);
