import type { ConnectionRecipe } from '../../core/harness/connectionRecipe.ts';
import type { HookEntry } from './hookFile.ts';
import { hookRecipe } from './hookRecipe.ts';
import { posixCommand, powershellCommand } from './launcherCommand.ts';

const events = [
  'sessionStart',
  'beforeSubmitPrompt',
  'preToolUse',
  'postToolUse',
  'postToolUseFailure',
  'afterFileEdit',
  'subagentStart',
  'subagentStop',
  'preCompact',
  'stop',
  'sessionEnd',
];

const path = ['.cursor', 'hooks.json'];

/** Cursor runs a command line in the shell of the platform, with a timeout in seconds. */
export function cursorRecipe(platform: NodeJS.Platform): ConnectionRecipe {
  const inShell = platform === 'win32' ? powershellCommand : posixCommand;
  const command = inShell('cursor');
  const entries: readonly HookEntry[] = events.map((event) => ({
    event,
    value: { command, timeout: 10 },
  }));
  return hookRecipe(
    {
      harness: 'cursor',
      displayName: 'Cursor',
      places: {
        local: { base: 'checkout', path },
        shared: { base: 'checkout', path },
        user: { base: 'user', variable: undefined, folder: [], path },
      },
      isOwnFile: false,
      traces: {
        commands: ['cursor', 'cursor-agent'],
        inHome: [
          ['.local', 'share', 'cursor-agent'],
          ['Applications', 'Cursor.app'],
          ['AppData', 'Local', 'Programs', 'cursor'],
        ],
        absolute: ['/Applications/Cursor.app', '/opt/Cursor', '/usr/share/cursor'],
      },
      notes: (scope) =>
        scope === 'user'
          ? []
          : ['Cursor runs the hooks of a project only when its folder is a trusted workspace.'],
    },
    { entries, preamble: { version: 1 } },
  );
}
