import { equal, ok } from 'node:assert/strict';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isProcessGone } from '../../../src/node/processGone.ts';
import { SessionFiles } from '../../../src/node/sessions/jsonlSessionStore.ts';
import { eventually } from '../../support/eventually.ts';
import { scriptPrompt, type ScriptStep } from '../../support/scriptedExecutor.ts';
import { makeTempFolder, removeTempFolder } from '../../support/tempFolder.ts';
import { ended, type CliEnd } from './spawnCli.ts';

/** What tests read of a session's record. */
export interface SessionRecord {
  readonly session_id: string;
  readonly state: string;
  readonly agent: string;
  readonly cwd: string;
  readonly parent: { readonly session_id: string | null; readonly actor_key: string | null } | null;
  readonly resumes: { readonly session_id: string | null } | null;
  readonly outcome: Readonly<Record<string, unknown>> | null;
}

export const mayI: ScriptStep = {
  do: 'ask',
  text: 'May I?',
  options: [
    { id: 'allow', label: 'Allow once', kind: 'allow-once' },
    { id: 'reject', label: 'Reject', kind: 'reject-once' },
  ],
};

/** The arguments that start a session in which an agent does this. */
export function start(steps: readonly ScriptStep[], ...flags: readonly string[]) {
  const prompt = scriptPrompt(steps);
  return ['session', 'start', '--agent', 'scripted', '--prompt', prompt, ...flags] as const;
}

/** A registry and the command line on it, whose sessions are hosted by processes of their own. */
export class SessionCli {
  readonly root = makeTempFolder();
  readonly env: NodeJS.ProcessEnv;
  private readonly children: ChildProcessWithoutNullStreams[] = [];

  private constructor(readonly program: string) {
    const home = join(this.root, 'home');
    const runtime = join(this.root, 'run');
    mkdirSync(join(home, '.heddle-agents'), { recursive: true });
    mkdirSync(runtime, { mode: 0o700 });
    const agents = { scripted: { name: 'Scripted', command: process.execPath } };
    writeFileSync(join(home, '.heddle-agents', 'agents.json'), JSON.stringify(agents));
    this.env = { ...process.env, HOME: home, USERPROFILE: home, XDG_RUNTIME_DIR: runtime };
    delete this.env.HEDDLE_AGENTS_SESSION;
  }

  static async make(program: string): Promise<SessionCli> {
    const made = new SessionCli(program);
    equal((await made.run('init')).code, 0);
    return made;
  }

  /** Starts the command line; it does not outlive the test. */
  spawn(...args: readonly string[]): ChildProcessWithoutNullStreams {
    return this.spawnProgram(process.execPath, [this.program, ...args]);
  }

  spawnProgram(command: string, args: readonly string[]): ChildProcessWithoutNullStreams {
    const child = spawn(command, args, { cwd: this.root, env: this.env });
    this.children.push(child);
    return child;
  }

  run(...args: readonly string[]): Promise<CliEnd> {
    const child = this.spawn(...args);
    child.stdin.end();
    return ended(child);
  }

  async json<T = SessionRecord>(...args: readonly string[]): Promise<T> {
    const { stdout, stderr } = await this.run(...args, '--json');
    ok(stdout !== '', stderr);
    return JSON.parse(stdout) as T;
  }

  async untilState(id: string, state: string): Promise<SessionRecord> {
    await eventually(
      `${id} is ${state}`,
      async () => (await this.json('session', 'show', id)).state === state,
    );
    return this.json('session', 'show', id);
  }

  /** Those that the hosts have recorded. */
  async hostPids(): Promise<readonly number[]> {
    const folder = join(this.root, '.heddle', 'sessions');
    const files = new SessionFiles(folder);
    const ids = existsSync(folder) ? readdirSync(folder) : [];
    const headers = await Promise.all(
      ids.filter((id) => id.startsWith('session-')).map((id) => files.header(id)),
    );
    return headers.flatMap((header) => header?.host?.pid ?? []);
  }

  /** Ends what still runs. */
  async dispose(): Promise<void> {
    for (const child of this.children) if (child.exitCode === null) child.kill('SIGKILL');
    for (const pid of await this.hostPids()) if (!isProcessGone(pid)) process.kill(pid, 'SIGKILL');
    removeTempFolder(this.root);
  }
}
