import { execFileSync, spawn, type ChildProcessByStdio } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { ProgressEvent } from '../../src/core/sessions/progressEvent.ts';
import { heddleRootAt } from '../../src/node/heddleRoot.ts';
import { initRegistry } from '../../src/node/initRegistry.ts';
import { isProcessGone } from '../../src/node/processGone.ts';
import { createProcessProbe } from '../../src/node/processProbe.ts';
import { ownEndpointPlace } from '../../src/node/sessions/endpointFolder.ts';
import { SessionFiles } from '../../src/node/sessions/jsonlSessionStore.ts';
import { sessionsFolder } from '../../src/node/sessions/sessionsFolder.ts';
import { startSessionHost } from '../../src/node/sessions/startSessionHost.ts';
import { watchSession } from '../../src/node/sessions/watchSession.ts';
import type { Flood } from './flood.ts';

const cli = resolve('dist/cli.cjs');

/** What somebody was told of a session. */
export interface Told {
  readonly events: readonly ProgressEvent[];
  readonly missed: number;
}

/** A repository in which flooding agents are hosted by real processes. */
export class SessionRoot {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'heddle-bench-sessions-')));
  readonly folder = sessionsFolder(heddleRootAt(this.root));
  readonly files = new SessionFiles(this.folder);
  readonly env: NodeJS.ProcessEnv;
  private readonly children: ChildProcessByStdio<Writable, Readable, null>[] = [];
  private readonly sessions: string[] = [];

  private constructor(private readonly agent: string) {
    const runtime = join(this.root, 'run');
    mkdirSync(runtime, { mode: 0o700 });
    this.env = { ...process.env, XDG_RUNTIME_DIR: runtime };
    delete this.env.HEDDLE_AGENTS_SESSION;
  }

  /** @param agent the built program of the flooding agent */
  static async make(agent: string): Promise<SessionRoot> {
    const made = new SessionRoot(agent);
    execFileSync('git', ['init', '--quiet'], { cwd: made.root });
    await initRegistry(heddleRootAt(made.root));
    return made;
  }

  path(name: string): string {
    return join(this.root, name);
  }

  /** Returns its id, as soon as its host says it. */
  async start(flood: Flood): Promise<string> {
    const sessionId = await this.started({
      spec: { kind: 'run', agent: 'flooding', prompt: JSON.stringify(flood), cwd: this.root },
      location: { ...heddleRootAt(this.root), isPresent: true },
      agent: { id: 'flooding', name: 'Flooding', command: process.execPath, args: [this.agent] },
      program: { node: process.execPath, cli },
      env: this.env,
    });
    this.sessions.push(sessionId);
    return sessionId;
  }

  /** @throws Error with what the host has complained of */
  private async started(options: Parameters<typeof startSessionHost>[0]): Promise<string> {
    try {
      return await startSessionHost(options);
    } catch (cause) {
      const log = readFileSync(join(this.folder, 'host.log'), 'utf8').slice(-2000);
      throw new Error(`A host did not start: ${log}`, { cause });
    }
  }

  /** All of a session, to its end or to the first event for which `isEnough` is true. */
  async watch(
    sessionId: string,
    isEnough: (event: ProgressEvent) => boolean = () => false,
  ): Promise<Told> {
    const events: ProgressEvent[] = [];
    let missed = 0;
    const client = { name: 'Bench', kind: 'cli', pid: process.pid } as const;
    const place = ownEndpointPlace(this.env);
    const probe = createProcessProbe();
    for await (const told of watchSession(this.folder, { sessionId, client, place, probe })) {
      if (told.kind === 'lagged') missed += told.count;
      else events.push(told.event);
      if (told.kind === 'event' && isEnough(told.event)) break;
    }
    return { events, missed };
  }

  async hostPid(sessionId: string): Promise<number> {
    const pid = (await this.files.header(sessionId))?.host?.pid;
    if (pid === undefined) throw new Error(`nobody hosts ${sessionId}`);
    return pid;
  }

  /** Where a host listens, and what it wants to be told. */
  address(sessionId: string): { readonly endpoint: string; readonly token: string } {
    const text = readFileSync(join(this.folder, sessionId, 'host.json'), 'utf8');
    return JSON.parse(text) as { endpoint: string; token: string };
  }

  /** Ends what still runs. */
  async dispose(): Promise<void> {
    for (const child of this.children) if (child.exitCode === null) child.kill('SIGKILL');
    for (const sessionId of this.sessions) {
      const pid = await this.hostPid(sessionId);
      if (!isProcessGone(pid)) process.kill(pid, 'SIGTERM');
      for (let i = 0; i < 500 && !isProcessGone(pid); i += 1) await pause(20);
    }
    rmSync(this.root, { recursive: true, force: true });
  }

  /** Starts a program of Node that does not outlive this. */
  spawn(args: readonly string[]): ChildProcessByStdio<Writable, Readable, null> {
    const { env } = this;
    const child = spawn(process.execPath, args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
    this.children.push(child);
    return child;
  }
}

/** The built command line. */
export const cliProgram = cli;

/** The memory that a process has now, and the most that it had, in MB; undefined where no system tells. */
export function memoryOf(pid: number): { readonly nowMb: number; readonly peakMb: number } {
  const path = `/proc/${pid}/status`;
  if (!existsSync(path)) return { nowMb: Number.NaN, peakMb: Number.NaN };
  const text = readFileSync(path, 'utf8');
  const field = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]) / 1024;
  return { nowMb: field('VmRSS'), peakMb: field('VmHWM') };
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
