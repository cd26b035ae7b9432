import type { ConnectionRecipe, HarnessTraces } from '../../core/harness/connectionRecipe.ts';
import type { HookEntry } from './hookFile.ts';
import { hookRecipe } from './hookRecipe.ts';
import { posixCommand, powershellCommand } from './launcherCommand.ts';

/**
 * Copilot in VS Code and Copilot CLI read the same folder and know each other's words, so one file
 * with each event once serves both; the hook tells them apart by what it is given. `SubagentStart` has
 * no name in camel case that VS Code knows. Seconds, as both count.
 */
const events = [
  'sessionStart',
  'userPromptSubmitted',
  'preToolUse',
  'postToolUse',
  'postToolUseFailure',
  'permissionRequest',
  'notification',
  'SubagentStart',
  'subagentStop',
  'agentStop',
  'errorOccurred',
  'sessionEnd',
];

const entries: readonly HookEntry[] = events.map((event) => ({
  event,
  value: {
    type: 'command',
    bash: posixCommand(undefined),
    powershell: powershellCommand(undefined),
    timeoutSec: 10,
  },
}));

const file = 'heddle-agents.json';
const inProject = { base: 'checkout', path: ['.github', 'hooks', file] } as const;

export const vscodeCopilotRecipe = copilotRecipe('vscode-copilot', {
  displayName: 'Copilot in VS Code',
  traces: {
    commands: [],
    inHome: ['.vscode', '.vscode-insiders', '.vscode-server', '.vscode-server-insiders'].flatMap(
      (folder) => [[folder, 'extensions', 'github.copilot*']],
    ),
    absolute: [],
  },
});

export const copilotCliRecipe = copilotRecipe('copilot-cli', {
  displayName: 'Copilot CLI',
  traces: { commands: ['copilot'], inHome: [], absolute: [] },
});

function copilotRecipe(
  harness: 'vscode-copilot' | 'copilot-cli',
  { displayName, traces }: { readonly displayName: string; readonly traces: HarnessTraces },
): ConnectionRecipe {
  return hookRecipe(
    {
      harness,
      displayName,
      places: {
        local: inProject,
        shared: inProject,
        user: {
          base: 'user',
          variable: 'COPILOT_HOME',
          folder: ['.copilot'],
          path: ['hooks', file],
        },
      },
      isOwnFile: true,
      traces,
      notes: () => ['Copilot in VS Code and Copilot CLI read the same file: it connects both.'],
    },
    { entries, preamble: { version: 1 } },
  );
}
