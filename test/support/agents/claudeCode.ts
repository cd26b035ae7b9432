import { execFileSync, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';

import { descendantsOf, onProcessEnd, signalAll } from '../vscode/processEnd.ts';
import { ensureAgent, type AgentPackage } from './installAgent.ts';

/** The program is a native binary in a package of its own for each platform. */
export const claudeCodePackage: AgentPackage = {
  name: 'claude-code',
  npmName: '@anthropic-ai/claude-code',
  version: '2.1.330',
  executables: [
    `@anthropic-ai/claude-code-${process.platform}-${process.arch}/claude`,
    `@anthropic-ai/claude-code-${process.platform}-${process.arch}-musl/claude`,
    `@anthropic-ai/claude-code-${process.platform}-${process.arch}/claude.exe`,
  ],
};

/** Installs Claude Code unless it is there, and returns its program. */
export async function ensureClaudeCode(): Promise<string> {
  return await ensureAgent(claudeCodePackage);
}

export interface ClaudeCodeOptions {
  readonly executable: string;
  /** The folder it works in. */
  readonly cwd: string;
  /** Its home and, below it, its configuration; must exist and be the test's own. */
  readonly home: string;
  /** The scripted model's address. */
  readonly modelUrl: string;
  /** Default `acceptEdits`. */
  readonly permissionMode?: string;
  /** Goes on with this session instead of starting a new one. */
  readonly resume?: string;
  /** More arguments. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** One line of `--output-format stream-json`. */
export interface ClaudeCodeLine {
  readonly type: string;
  readonly subtype?: string;
  readonly [field: string]: unknown;
}

export interface ClaudeCodeExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A running Claude Code. */
export interface ClaudeCode {
  readonly pid: number;
  readonly sessionId: string;
  /** What it has printed so far, a parsed line each. */
  readonly lines: readonly ClaudeCodeLine[];
  /** What it has written on stderr so far. */
  stderr(): string;
  /** Settles when it has ended and its output is complete. */
  readonly exit: Promise<ClaudeCodeExit>;
  /**
   * Sends a prompt and settles with the next `result` line, which ends the turn. Only for a session
   * that {@link startClaudeSession} began. Rejects when the program ends before.
   */
  prompt(text: string): Promise<ClaudeCodeLine>;
  /** Sends one line of `--input-format stream-json`. */
  send(line: Readonly<Record<string, unknown>>): void;
  /** Says that no more prompts come: the session ends by itself. */
  endInput(): void;
  /** The command lines of everything it has started and that still runs. */
  processes(): string[];
  /** Ctrl-C. */
  interrupt(): void;
  kill(signal: NodeJS.Signals): void;
  /** Ends it and everything it started, whatever state it is in, and waits for that. */
  stop(): Promise<void>;
}

/** `claude -p <prompt>`: one turn, then it ends. */
export function runClaudeOnce(prompt: string, options: ClaudeCodeOptions): ClaudeCode {
  const claude = start(['-p', prompt, ...outputArgs], options);
  claude.endInput();
  return claude;
}

/** `claude -p --input-format stream-json`: it waits for prompts until its input ends. */
export function startClaudeSession(options: ClaudeCodeOptions): ClaudeCode {
  return start(['-p', '--input-format', 'stream-json', ...outputArgs], options);
}

/** The environment it needs to talk to nobody but the scripted model. */
export function claudeCodeEnvironment(
  options: Pick<ClaudeCodeOptions, 'home' | 'modelUrl' | 'env'>,
): Record<string, string> {
  const { PATH = '', TMPDIR, SystemRoot } = process.env;
  return {
    PATH,
    ...(TMPDIR === undefined ? {} : { TMPDIR }),
    ...(SystemRoot === undefined ? {} : { SystemRoot }),
    HOME: options.home,
    USERPROFILE: options.home,
    ANTHROPIC_BASE_URL: options.modelUrl,
    ANTHROPIC_API_KEY: 'scripted',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
    // On a busy machine the tools of a server come late, and the model is asked without them.
    MCP_CONNECT_TIMEOUT_MS: '60000',
    IS_SANDBOX: '1', // the superuser is refused some permission modes without it
    ...options.env,
  };
}

const outputArgs = ['--output-format', 'stream-json', '--verbose'] as const;

function start(head: readonly string[], options: ClaudeCodeOptions): ClaudeCode {
  const sessionId = options.resume ?? randomUUID();
  const child = spawn(
    options.executable,
    [
      ...head,
      ...['--permission-mode', options.permissionMode ?? 'acceptEdits'],
      ...(options.resume === undefined ? ['--session-id'] : ['--resume']),
      sessionId,
      ...(options.args ?? []),
    ],
    { cwd: options.cwd, env: claudeCodeEnvironment(options), stdio: ['pipe', 'pipe', 'pipe'] },
  );
  const output = collectOutput(child);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${options.executable} could not be started`);

  const killAll = (): void => signalAll([...descendantsOf(pid), pid], 'SIGKILL');
  const withdraw = onProcessEnd(killAll);
  void output.exit.then(withdraw);
  child.stdin.on('error', () => undefined); // it ended before it had read everything

  const send = (line: Readonly<Record<string, unknown>>): void => {
    child.stdin.write(`${JSON.stringify(line)}\n`);
  };
  return {
    pid,
    sessionId,
    lines: output.lines,
    stderr: output.stderr,
    exit: output.exit,
    send,
    prompt: async (text) => {
      const result = output.nextResult();
      send({ type: 'user', message: { role: 'user', content: [{ type: 'text', text }] } });
      return await result;
    },
    endInput: () => void child.stdin.end(),
    processes: () => descendantsOf(pid).flatMap(commandLineOf),
    interrupt: () => void child.kill('SIGINT'),
    kill: (signal) => void child.kill(signal),
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) killAll();
      await output.exit;
    },
  };
}

/** The command line of a process, as a list that is empty when it has ended. */
export function commandLineOf(pid: number): string[] {
  try {
    return [execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' }).trim()];
  } catch {
    return []; // it ended meanwhile
  }
}

interface Output {
  readonly lines: readonly ClaudeCodeLine[];
  readonly stderr: () => string;
  readonly exit: Promise<ClaudeCodeExit>;
  readonly nextResult: () => Promise<ClaudeCodeLine>;
}

function collectOutput(child: ChildProcessWithoutNullStreams): Output {
  const lines: ClaudeCodeLine[] = [];
  const waiting: { done: (line: ClaudeCodeLine) => void; failed: (error: Error) => void }[] = [];
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = parseLine(text);
    lines.push(line);
    if (line.type === 'result') waiting.shift()?.done(line);
  });
  const exit = new Promise<ClaudeCodeExit>((resolve) => {
    child.once('error', (error) => (errors += String(error)));
    child.once('close', (code, signal) => {
      const reason = new Error(`claude ended with ${code ?? signal ?? 'nothing'}:\n${errors}`);
      for (const { failed } of waiting.splice(0)) failed(reason);
      resolve({ code, signal });
    });
  });
  return {
    lines,
    stderr: () => errors,
    exit,
    nextResult: () =>
      new Promise((done, failed) => {
        waiting.push({ done, failed });
      }),
  };
}

function parseLine(text: string): ClaudeCodeLine {
  try {
    return JSON.parse(text) as ClaudeCodeLine;
  } catch {
    return { type: 'text', text };
  }
}
