import type { Command } from 'commander';
import type { ScopeFlags } from './connectionAccess.ts';
import { verb, type RunVerb } from './verbCommand.ts';
import type { ConnectFlags } from './verbs/connect.ts';

const harnessHelp = 'claude-code, codex, gemini-cli, opencode, cursor, vscode-copilot, copilot-cli';

const connectHelp = `
Without --shared and --user the hooks go into settings of this checkout that
git does not commit. "heddle-agents disconnect" undoes it to the byte.`;

/** The verbs that set up coding agents. */
export function addConnectVerbs(program: Command, run: RunVerb): void {
  const connect = verb(
    program,
    'connect',
    'Let coding agents register and lock by themselves',
    'connect claude-code codex --dry-run',
  )
    .argument('[harness...]', `${harnessHelp}; without one all that are installed`)
    .option('--check', 'only say what is connected, where, and what is wrong')
    .option('--dry-run', 'only show what would change');
  addScopeFlags(connect)
    .action((names: readonly string[], flags: ConnectFlags, command: Command) =>
      run(command, async (context) =>
        (await import('./verbs/connect.ts')).connect(context, names, flags),
      ),
    )
    .addHelpText('after', connectHelp);
  const disconnect = verb(
    program,
    'disconnect',
    'Undo connect, and leave everything else as it is',
    'disconnect claude-code',
  ).argument('[harness...]', `${harnessHelp}; without one all`);
  addScopeFlags(disconnect).action(
    (names: readonly string[], flags: ScopeFlags, command: Command) =>
      run(command, async (context) =>
        (await import('./verbs/disconnect.ts')).disconnect(context, names, flags),
      ),
  );
}

function addScopeFlags(command: Command): Command {
  return command
    .option('--shared', 'the settings of this repository that are committed')
    .option('--user', 'your own settings, for all repositories');
}
