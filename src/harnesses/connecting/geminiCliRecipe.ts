import type { ConnectionRecipe } from '../../core/harness/connectionRecipe.ts';
import type { HookEntry } from './hookFile.ts';
import { hookRecipe } from './hookRecipe.ts';
import { posixCommand, powershellCommand } from './launcherCommand.ts';

/** Milliseconds for each event. */
const timeouts = {
  SessionStart: 10_000,
  BeforeAgent: 10_000,
  BeforeTool: 10_000,
  AfterTool: 10_000,
  AfterModel: 5000,
  Notification: 10_000,
  AfterAgent: 10_000,
  SessionEnd: 5000,
} as const;

const name = 'heddle-agents';
const path = ['.gemini', 'settings.json'];

/** Gemini CLI runs hooks in bash, on Windows in PowerShell, and knows one command line for both. */
export function geminiCliRecipe(platform: NodeJS.Platform): ConnectionRecipe {
  const inShell = platform === 'win32' ? powershellCommand : posixCommand;
  const command = inShell('gemini-cli');
  const entries: readonly HookEntry[] = Object.entries(timeouts).map(([event, timeout]) => ({
    event,
    value: { hooks: [{ type: 'command', name, command, timeout }] },
  }));
  return hookRecipe(
    {
      harness: 'gemini-cli',
      displayName: 'Gemini CLI',
      places: {
        local: { base: 'checkout', path },
        shared: { base: 'checkout', path },
        user: { base: 'user', variable: 'GEMINI_CLI_HOME', folder: [], path },
      },
      isOwnFile: false,
      traces: { commands: ['gemini'], inHome: [], absolute: [] },
      notes: (scope) =>
        scope === 'user'
          ? []
          : ['Gemini CLI reads the settings of a project only when you trust its folder there.'],
    },
    { entries, preamble: {} },
  );
}
