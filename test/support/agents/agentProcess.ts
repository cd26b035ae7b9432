import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

import { descendantsOf, onProcessEnd, signalAll } from '../vscode/processEnd.ts';

/** One line of a program's JSON output; a line that is no JSON object is `{ type: 'text', text }`. */
export interface AgentLine {
  readonly type?: string;
  readonly [field: string]: unknown;
}

export interface AgentExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A running agent program. */
export interface AgentProcess {
  readonly pid: number;
  /** What it has printed so far, a parsed line each. */
  readonly lines: readonly AgentLine[];
  /** What it has written on stderr so far. */
  stderr(): string;
  /** Settles when it has ended and its output is complete. */
  readonly exit: Promise<AgentExit>;
  /** Writes on its standard input, which stays open until {@link endInput}. */
  write(text: string): void;
  endInput(): void;
  kill(signal: NodeJS.Signals): void;
  /** Ends it and everything it started, whatever state it is in, and waits for that. */
  stop(): Promise<void>;
}

export interface AgentCommand {
  readonly executable: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** All of it: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** True: standard input stays open for {@link AgentProcess.write}. */
  readonly keepsInput?: boolean;
}

/** Starts an agent; it is killed with all its children when this process ends. */
export function startAgentProcess(command: AgentCommand): AgentProcess {
  const { cwd, env } = command;
  const child = spawn(command.executable, command.args, { cwd, env, stdio: 'pipe' });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command.executable} could not be started`);
  if (command.keepsInput !== true) child.stdin.end();
  child.stdin.on('error', () => undefined); // it ended before it had read everything

  const output = collectOutput(child);
  const killAll = (): void => signalAll([...descendantsOf(pid), pid], 'SIGKILL');
  const withdraw = onProcessEnd(killAll);
  void output.exit.then(withdraw);
  return {
    pid,
    ...output,
    write: (text) => void child.stdin.write(text),
    endInput: () => void child.stdin.end(),
    kill: (signal) => void child.kill(signal),
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) killAll();
      await output.exit;
    },
  };
}

/** Where a program with this home puts what it needs for a while, which goes with the home. */
export function temporaryFolder(home: string): string {
  return join(home, 'tmp');
}

/** The little of this process's environment that every program wants, and a home of its own. */
export function plainEnvironment(home: string): Record<string, string> {
  const { PATH = '', SystemRoot } = process.env;
  return {
    PATH,
    TMPDIR: temporaryFolder(home),
    ...(SystemRoot === undefined ? {} : { SystemRoot }),
    HOME: home,
    USERPROFILE: home,
  };
}

function collectOutput(
  child: ChildProcessByStdio<Writable, Readable, Readable>,
): Pick<AgentProcess, 'lines' | 'stderr' | 'exit'> {
  const lines: AgentLine[] = [];
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  createInterface({ input: child.stdout }).on('line', (text) => lines.push(parseLine(text)));
  const exit = new Promise<AgentExit>((resolve) => {
    child.once('error', (error) => (errors += String(error)));
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  return { lines, stderr: () => errors, exit };
}

function parseLine(text: string): AgentLine {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as AgentLine;
  } catch {
    // not JSON: kept as text
  }
  return { type: 'text', text };
}
