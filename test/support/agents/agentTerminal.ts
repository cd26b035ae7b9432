import { startAgentProcess, type AgentCommand, type AgentProcess } from './agentProcess.ts';

/** False where no terminal can be made: `script` of util-linux does that. */
export function hasTerminals(): boolean {
  return process.platform === 'linux';
}

/**
 * Starts a program in a terminal of its own, as a person does. Its keys are written to it, its
 * screen is in the lines. The process is that of `script`; the program is below it.
 */
export function startInTerminal(command: AgentCommand): AgentProcess {
  const program = [command.executable, ...command.args].map(quoted).join(' ');
  return startAgentProcess({
    ...command,
    executable: 'script',
    args: ['-qfec', `stty cols 120 rows 40; exec ${program}`, '/dev/null'],
    env: { ...command.env, TERM: 'xterm-256color' },
    keepsInput: true,
  });
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
