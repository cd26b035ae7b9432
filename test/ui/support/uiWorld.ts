import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { cliPath } from '../../support/cliPath.ts';
import { makeAgentsFolder, makeTempFolder } from '../../support/tempFolder.ts';
import { onProcessEnd } from '../../support/vscode/processEnd.ts';
import { projectRoot } from '../../support/vscode/projectPaths.ts';

/** An agent as the command line prints it, as far as these tests look. */
export interface ListedAgent {
  readonly session_id: string;
  readonly thread: string;
  readonly status: string;
  readonly pid: number | null;
  readonly client_instance_id: string | null;
  readonly heartbeat_at: string | null;
  readonly liveness: string;
}

export interface ListedHolder {
  readonly path: string;
  readonly name: string;
  readonly reason: string | null;
}

/** What one call of the command line gave. */
export interface CliResult {
  readonly exitCode: number;
  readonly stderr: string;
  readonly document: {
    readonly agent?: ListedAgent;
    readonly agents?: readonly ListedAgent[];
    readonly outcome?: string;
    /** Who holds what, as `who` and a refused `lock` print it. */
    readonly holders?: readonly ListedHolder[];
    readonly grants?: readonly { readonly path: string; readonly token: number }[];
    readonly stands?: boolean;
  };
}

/** What a member of the cast is; all else is left out of its entry. */
export interface CastMember {
  readonly key: string;
  readonly parent?: string;
  readonly harness?: string;
  readonly provider?: string;
  readonly model?: string;
  /** Absent for one that merely registers. */
  readonly thread?: string;
  readonly task?: string;
  readonly pid?: number;
}

/** A repository of its own with real processes in it, all of which go at {@link dispose}. */
export class UiWorld {
  readonly folder: string;
  private readonly parent = makeTempFolder();
  private readonly processes = new Set<ChildProcess>();
  private readonly withdraw = onProcessEnd(() => {
    for (const child of this.processes) child.kill('SIGKILL');
    rmSync(this.parent, { recursive: true, force: true });
  });

  /** @param name of the folder, which is the title of the window */
  constructor(name = 'shop') {
    this.folder = join(this.parent, name);
    mkdirSync(this.folder);
    writeFileSync(join(this.folder, 'README.md'), '# Shop\n');
  }

  /** `.heddle/agents`, made where it is missing. */
  get agentsFolder(): string {
    return makeAgentsFolder(this.folder);
  }

  /** Makes the folder a git checkout on this branch, with one commit of this person. */
  async initGit(branch: string, person = 'Grace'): Promise<void> {
    const git = (...args: readonly string[]): Promise<void> => this.git(...args);
    await git('init', '--quiet', '-b', branch);
    await git('config', 'user.name', person);
    await git('config', 'user.email', 'grace@example.com');
    await git('add', '--all');
    await git('commit', '--quiet', '--no-gpg-sign', '--message', 'Open the shop');
  }

  /** Makes a linked worktree beside the folder, on a branch of its own. Returns its folder. */
  async addWorktree(branch: string): Promise<string> {
    const folder = join(this.parent, branch.replaceAll('/', '-'));
    await this.git('worktree', 'add', '--quiet', '-b', branch, folder);
    return folder;
  }

  /** Runs a verb of the command line in a process of its own, with `--json`. */
  async cli(...args: readonly string[]): Promise<CliResult> {
    const { exitCode, stdout, stderr } = await run(process.execPath, [
      ...[cliPath(), '--root', this.folder, '--json'],
      ...args,
    ]);
    return { exitCode, stderr, document: JSON.parse(stdout) as CliResult['document'] };
  }

  /** As {@link cli}, for what has to work. Returns the agent. */
  async agent(...args: readonly string[]): Promise<ListedAgent> {
    const { exitCode, stderr, document } = await this.cli(...args);
    if (exitCode !== 0 || document.agent === undefined) {
      throw new Error(`${args.join(' ')} ended with ${exitCode}: ${stderr}`);
    }
    return document.agent;
  }

  /** Names of those who hold a path. */
  async holdersOf(path: string): Promise<readonly string[]> {
    return ((await this.cli('who', path)).document.holders ?? []).map(({ name }) => name);
  }

  async listed(): Promise<readonly ListedAgent[]> {
    return (await this.cli('list')).document.agents ?? [];
  }

  /** Registers a member of the cast, or reserves its thread for it. Returns its session id. */
  async join(member: CastMember): Promise<string> {
    const { thread, task, pid } = member;
    const given = [
      ...flag('--actor-key', member.key),
      ...flag('--parent-key', member.parent),
      ...flag('--harness', member.harness),
      ...flag('--provider', member.provider),
      ...flag('--model', member.model),
      ...flag('--path', this.folder),
      ...flag('--pid', pid?.toString()),
    ];
    const verb = thread === undefined ? ['register'] : ['reserve', thread, ...flag('--task', task)];
    const { session_id: sessionId } = await this.agent(...verb, ...given);
    if (thread === undefined && task !== undefined) {
      await this.agent('update', sessionId, '--task', task);
    }
    return sessionId;
  }

  /** A process that runs until it is killed. */
  async startProcess(): Promise<number> {
    const child = spawn('sleep', ['3600'], { stdio: 'ignore' });
    await once(child, 'spawn');
    this.processes.add(child);
    if (child.pid === undefined) throw new Error('the process has no id');
    return child.pid;
  }

  /** Kills one of {@link startProcess} without a word and resolves when it is gone. */
  async kill(pid: number): Promise<void> {
    const child = [...this.processes].find((each) => each.pid === pid);
    if (child === undefined) throw new Error(`${pid} was not started here`);
    this.processes.delete(child);
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  /** Writes a file of the repository, with the folders above it. */
  writeSource(path: string, text: string): void {
    const target = join(this.folder, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  }

  readSource(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8');
  }

  /** Writes a file into the folder of entries, whole or not. */
  writeFile(name: string, text: string): void {
    writeFileSync(join(this.agentsFolder, name), text);
  }

  copyFixture(folder: 'heddle-agents' | 'odd-agents', ...names: readonly string[]): void {
    for (const name of names) {
      copyFileSync(
        join(projectRoot, 'test/support/fixtures', folder, name),
        join(this.agentsFolder, name),
      );
    }
  }

  async removeFile(name: string): Promise<void> {
    await rm(join(this.agentsFolder, name));
  }

  private async git(...args: readonly string[]): Promise<void> {
    const { exitCode, stderr } = await run('git', ['-C', this.folder, ...args]);
    if (exitCode !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
  }

  async dispose(): Promise<void> {
    for (const child of [...this.processes]) {
      if (child.pid !== undefined) await this.kill(child.pid);
    }
    await rm(this.parent, { recursive: true, force: true, maxRetries: 5 });
    this.withdraw();
  }
}

/** The text of an entry that holds a thread since now. */
export function entryFile(
  sessionId: string,
  fields: {
    readonly thread: string;
    readonly harness: string;
    readonly model: string;
    readonly pid?: number;
    readonly status?: 'active' | 'complete';
  },
): string {
  const { thread, harness, model, pid, status = 'active' } = fields;
  const now = new Date().toISOString();
  const lines = [
    `session_id = "${sessionId}"`,
    `thread = ${JSON.stringify(thread)}`,
    'base_state = "hd-7f3c2a91"',
    `started_at = "${now}"`,
    `status = "${status}"`,
    `harness = "${harness}"`,
    `model = "${model}"`,
    ...(pid === undefined ? [] : [`pid = ${pid}`]),
    ...(status === 'active' ? [] : [`completed_at = "${now}"`]),
  ];
  return `${lines.join('\n')}\n`;
}

function flag(name: string, value: string | undefined): readonly string[] {
  return value === undefined ? [] : [name, value];
}

async function run(
  command: string,
  args: readonly string[],
): Promise<{ readonly exitCode: number; readonly stdout: string; readonly stderr: string }> {
  return await new Promise((resolve, reject) => {
    execFile(command, [...args], { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== 'number') {
        reject(new Error(`${command} could not be run`, { cause: error }));
        return;
      }
      resolve({ exitCode: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}
