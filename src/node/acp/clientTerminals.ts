import type { ChildProcess } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { RequestError } from '@agentclientprotocol/sdk';
import type { ProcessProbe } from '../../core/agents/liveness.ts';
import type { RepositoryPaths } from '../repositoryPath.ts';
import { BoundedOutput } from './boundedOutput.ts';
import type { ProcessGuard } from './orphanGuard.ts';
import { endTree } from './processTree.ts';
import { refused } from './repositoryFile.ts';
import { spawnProgram, type Program } from './spawnProgram.ts';

const maxTerminals = 64;
const mostOutputBytes = 4 * 1024 * 1024;
const defaultOutputBytes = 1024 * 1024;

/** How a command ended, in the words of the protocol. */
export interface TerminalExit {
  readonly exitCode: number | null;
  readonly signal: string | null;
}

/** A command that an agent wants to be run. */
export interface TerminalCommand {
  readonly command: string;
  readonly args?: readonly string[] | undefined;
  readonly env?: readonly { readonly name: string; readonly value: string }[] | undefined;
  readonly cwd?: string | null | undefined;
  readonly outputByteLimit?: number | null | undefined;
}

/** What running commands for an agent needs. */
export interface ClientTerminalsPorts {
  readonly cwd: string;
  /** All of the environment of its commands. */
  readonly env: Readonly<Record<string, string>>;
  readonly paths: RepositoryPaths;
  readonly probe: ProcessProbe;
  readonly killAfterMs: number;
  readonly guard: ProcessGuard;
}

interface Terminal {
  readonly child: ChildProcess;
  readonly output: BoundedOutput;
  readonly exited: Promise<TerminalExit>;
  exit: TerminalExit | undefined;
}

/** The commands that an agent runs through us, each a process group of its own. */
export class ClientTerminals {
  private readonly terminals = new Map<string, Terminal>();
  private count = 0;
  private starting = 0;
  private isClosed = false;

  constructor(private readonly ports: ClientTerminalsPorts) {}

  /** Starts a command and returns its id. @throws RequestError */
  async create(wanted: TerminalCommand): Promise<string> {
    if (this.isClosed) throw refused('The session is over.');
    if (this.terminals.size + this.starting >= maxTerminals) {
      throw refused(`More than ${maxTerminals} terminals are open. Release some.`);
    }
    this.starting += 1;
    try {
      return await this.open(await this.programOf(wanted), outputLimit(wanted));
    } finally {
      this.starting -= 1;
    }
  }

  /** @throws RequestError when there is no such terminal */
  output(id: string): {
    readonly output: string;
    readonly truncated: boolean;
    readonly exitStatus: TerminalExit | null;
  } {
    const { output, exit } = this.find(id);
    return { output: output.text, truncated: output.isTruncated, exitStatus: exit ?? null };
  }

  /** Resolves when the command has ended. @throws RequestError when there is no such terminal */
  async waitForExit(id: string): Promise<TerminalExit> {
    return this.find(id).exited;
  }

  /** Ends the command; its output stays. @throws RequestError when there is no such terminal */
  async kill(id: string): Promise<void> {
    await this.end(this.find(id));
  }

  /** Ends the command and forgets it. @throws RequestError when there is no such terminal */
  async release(id: string): Promise<void> {
    const terminal = this.find(id);
    this.terminals.delete(id);
    await this.end(terminal);
  }

  /** Ends all commands and starts no more. */
  async releaseAll(): Promise<void> {
    this.isClosed = true;
    const all = [...this.terminals.values()];
    this.terminals.clear();
    await Promise.all(all.map((terminal) => this.end(terminal)));
  }

  private async open(program: Program, maxBytes: number): Promise<string> {
    const terminal = await start(program, maxBytes);
    if (terminal.child.pid !== undefined) this.ports.guard.watch(terminal.child.pid);
    this.count += 1;
    const id = `terminal-${this.count}`;
    this.terminals.set(id, terminal);
    // It was asked for before the end and came after it.
    if (this.isClosed) await this.release(id);
    return id;
  }

  private async end({ child: { pid, stdout, stderr } }: Terminal): Promise<void> {
    const { probe, killAfterMs, guard } = this.ports;
    if (pid !== undefined) {
      await endTree(pid, { probe, killAfterMs });
      guard.forget(pid);
    }
    stdout?.destroy();
    stderr?.destroy();
  }

  private find(id: string): Terminal {
    const terminal = this.terminals.get(id);
    if (terminal) return terminal;
    throw RequestError.resourceNotFound(id);
  }

  private async programOf({
    command,
    args = [],
    env = [],
    cwd,
  }: TerminalCommand): Promise<Program> {
    const folder = cwd ?? this.ports.cwd;
    if (!isAbsolute(folder)) throw refused(`${JSON.stringify(folder)} is not an absolute path.`);
    const isInside = this.ports.paths.tryToLockPath(folder, this.ports.cwd) !== undefined;
    if (!isInside) throw refused(`${folder} is outside the repository.`);
    const isFolder = await stat(folder).then(
      (stats) => stats.isDirectory(),
      () => false,
    );
    if (!isFolder) throw refused(`${folder} is not a folder.`);
    const own = Object.fromEntries(env.map(({ name, value }) => [name, value]));
    // Who it is in the registry is not for the agent to say.
    const identity = { HEDDLE_AGENTS_SESSION: this.ports.env.HEDDLE_AGENTS_SESSION ?? '' };
    const program = { cwd: folder, env: { ...this.ports.env, ...own, ...identity } };
    // Some agents send the whole line as the command.
    const isLine = args.length === 0 && /\s/.test(command);
    return isLine ? { ...program, ...shellFor(command) } : { ...program, command, args };
  }
}

function shellFor(line: string): Pick<Program, 'command' | 'args'> {
  return process.platform === 'win32'
    ? { command: 'powershell.exe', args: ['-NoProfile', '-NonInteractive', '-Command', line] }
    : { command: '/bin/sh', args: ['-c', line] };
}

function outputLimit({ outputByteLimit }: TerminalCommand): number {
  return Math.min(Math.max(0, outputByteLimit ?? defaultOutputBytes), mostOutputBytes);
}

/** @throws RequestError when it cannot be started */
async function start(program: Program, maxBytes: number): Promise<Terminal> {
  const child = spawnProgram(program, ['ignore', 'pipe', 'pipe']);
  const output = new BoundedOutput(maxBytes);
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => output.add(chunk));
  }
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => {
      reject(refused(`${program.command} could not be started: ${error.message}`));
    });
  });
  child.on('error', () => undefined);
  const exited = new Promise<TerminalExit>((resolve) => {
    // What it started may keep the output open, so that its end is what counts.
    child.once('exit', (exitCode, signal) => setTimeout(() => resolve({ exitCode, signal }), 50));
    child.once('close', (exitCode, signal) => resolve({ exitCode, signal }));
  });
  const terminal: Terminal = { child, output, exited, exit: undefined };
  void exited.then((exit) => (terminal.exit = exit));
  return terminal;
}
