import type { ConnectionRecipe } from '../../core/harness/connectionRecipe.ts';
import type { HookEntry } from './hookFile.ts';
import { hookRecipe } from './hookRecipe.ts';
import { cmdCommand, posixCommand } from './launcherCommand.ts';

/** Seconds for each event; Codex allows no more than 3 for the last two. */
const timeouts = {
  SessionStart: 10,
  UserPromptSubmit: 10,
  PreToolUse: 10,
  PermissionRequest: 10,
  PostToolUse: 10,
  SubagentStart: 10,
  SubagentStop: 10,
  Stop: 10,
  SessionEnd: 3,
  Interrupt: 3,
} as const;

const entries: readonly HookEntry[] = Object.entries(timeouts).map(([event, timeout]) => ({
  event,
  value: {
    hooks: [
      {
        type: 'command',
        command: posixCommand('codex'),
        commandWindows: cmdCommand('codex'),
        timeout,
      },
    ],
  },
}));

const path = ['.codex', 'hooks.json'];

/** Codex trusts a hook by the hash of its definition, so nothing here may change without need. */
export const codexRecipe: ConnectionRecipe = hookRecipe(
  {
    harness: 'codex',
    displayName: 'Codex',
    places: {
      local: { base: 'checkout', path },
      shared: { base: 'checkout', path },
      user: { base: 'user', variable: 'CODEX_HOME', folder: ['.codex'], path: ['hooks.json'] },
    },
    isOwnFile: false,
    traces: { commands: ['codex'], inHome: [['.codex', 'packages']], absolute: [] },
    notes: (scope) => [
      ...(scope === 'user'
        ? []
        : ['Codex reads the hooks of a project only when the project is trusted in Codex.']),
      'Codex skips new hooks in silence until you trust them: run "/hooks" in Codex once.',
    ],
  },
  { entries, preamble: {} },
);
