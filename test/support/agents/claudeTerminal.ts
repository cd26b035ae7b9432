import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { descendantsOf, onProcessEnd, signalAll } from '../vscode/processEnd.ts';
import { claudeCodeEnvironment, commandLineOf, type ClaudeCodeOptions } from './claudeCode.ts';

/** Claude Code as a person runs it, in a terminal of its own. */
export interface ClaudeTerminal {
  /** What it has drawn so far, with its control sequences. */
  screen(): string;
  /** Types a prompt and presses Enter. */
  submit(text: string): Promise<void>;
  pressEscape(): void;
  /** The command lines of everything below it that runs. */
  processes(): string[];
  /** Settles with the exit code. */
  readonly exit: Promise<number | null>;
  stop(): Promise<void>;
}

/** False where no terminal can be made for it: `script` of util-linux does that. */
export function isTerminalSupported(): boolean {
  return process.platform === 'linux';
}

/** Starts Claude Code in a terminal, past all its first questions. */
export function startClaudeTerminal(options: ClaudeCodeOptions): ClaudeTerminal {
  writeFileSync(join(options.home, '.claude.json'), JSON.stringify(answeredQuestions(options.cwd)));
  const mode = options.permissionMode ?? 'acceptEdits';
  const program = [options.executable, '--permission-mode', mode, ...(options.args ?? [])];
  const command = `stty cols 120 rows 40; exec ${program.map(quoted).join(' ')}`;
  const child = spawn('script', ['-qfec', command, '/dev/null'], {
    cwd: options.cwd,
    env: { ...claudeCodeEnvironment(options), TERM: 'xterm-256color' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let screen = '';
  child.stdout.on('data', (chunk: Buffer) => (screen += chunk.toString()));
  child.stdin.on('error', () => undefined); // it ended before it had read everything

  const { pid } = child;
  if (pid === undefined) throw new Error('script of util-linux could not be started');
  const killAll = (): void => signalAll([...descendantsOf(pid), pid], 'SIGKILL');
  const withdraw = onProcessEnd(killAll);
  const exit = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      withdraw();
      resolve(code);
    });
  });
  return {
    screen: () => screen,
    submit: async (text) => {
      await delay(readyPauseMs);
      child.stdin.write(`${eraseLine}${text}`);
      await delay(keyPauseMs);
      child.stdin.write('\r');
    },
    pressEscape: () => void child.stdin.write('\u001b'),
    processes: () => descendantsOf(pid).flatMap(commandLineOf),
    exit,
    stop: async () => {
      if (child.exitCode === null) killAll();
      await exit;
    },
  };
}

/** Enter that comes in one piece with the text would be taken for a pasted line end. */
const keyPauseMs = 500;
/** What is typed while it draws the end of a turn is lost. */
const readyPauseMs = 1500;
const eraseLine = '\u0015';

function answeredQuestions(folder: string): Record<string, unknown> {
  return {
    hasCompletedOnboarding: true,
    theme: 'dark',
    messageIdleNotifThresholdMs: 1000,
    customApiKeyResponses: { approved: ['scripted'], rejected: [] },
    projects: { [folder]: { hasTrustDialogAccepted: true } },
  };
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
