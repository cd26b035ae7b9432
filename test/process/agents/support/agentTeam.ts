import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import {
  ensureClaudeCode,
  startClaudeSession,
  type ClaudeCode,
  type ClaudeCodeOptions,
} from '../../../support/agents/claudeCode.ts';
import {
  startScriptedClaudeModel,
  stepsByPrompt,
  type ModelStep,
  type ScriptedClaudeModel,
} from '../../../support/agents/scriptedClaudeModel.ts';
import { cliPath } from '../../../support/cliPath.ts';
import { makeTempFolder } from '../../../support/tempFolder.ts';
import { ended, type CliEnd } from '../../cli/spawnCli.ts';
import { removeWithPrograms } from './removeWithPrograms.ts';

/** What the model of an agent says, by prompt. */
export type Plan = Readonly<Record<string, readonly ModelStep[]>>;

/** A developer with a home, a model and, as long as it runs, a Claude Code. */
export interface Member {
  readonly home: string;
  readonly model: ScriptedClaudeModel;
  readonly options: ClaudeCodeOptions;
}

/** An agent as `list --json` tells it. */
export interface ListedAgent {
  readonly session_id: string;
  readonly pid: number | null;
  readonly process_start: string | null;
  readonly status: string;
  readonly harness: string | null;
  readonly model: string | null;
  readonly native_actor_key: string | null;
  readonly native_parent_actor_key: string | null;
  readonly liveness: string;
  readonly usage_summary: Readonly<Record<string, number | string | null>>;
}

export interface ListedLock {
  readonly path: string;
  readonly session_id: string | null;
}

/** An event as `activity --json` tells it. */
export interface ListedActivity {
  readonly kind: string;
  readonly actor: { readonly session_id: string | null; readonly name: string };
  readonly other: { readonly session_id: string | null; readonly name: string } | null;
  readonly paths: readonly string[];
  readonly reason: string | null;
  readonly cause: string | null;
}

/**
 * A repository with our registry, and real Claude Codes that our own `connect` has set up in it. Every
 * one of them has a home and a scripted model of its own.
 */
export class AgentTeam {
  readonly repo: string;
  private readonly members: Member[] = [];
  private readonly running = new Set<ClaudeCode>();

  private constructor(
    private readonly root: string,
    private readonly executable: string,
  ) {
    this.repo = join(root, 'shop');
  }

  static async make(files: Readonly<Record<string, string>>): Promise<AgentTeam> {
    const executable = await ensureClaudeCode();
    const team = new AgentTeam(makeTempFolder(), executable);
    mkdirSync(team.repo);
    for (const [name, text] of Object.entries(files)) team.write(name, text);
    const git = ['-c', 'user.name=Dev', '-c', 'user.email=dev@example.invalid'];
    const run = (...args: string[]): unknown =>
      execFileSync('git', [...git, ...args], { cwd: team.repo, stdio: 'ignore' });
    run('init', '--initial-branch=main');
    run('add', '--all');
    run('commit', '--message=Start');
    await team.succeed('init');
    return team;
  }

  /** A developer who has connected its agent; nothing runs yet. */
  async join(plan: Plan): Promise<Member> {
    const home = join(this.root, `home ${this.members.length + 1}`);
    mkdirSync(home);
    const model = await startScriptedClaudeModel(stepsByPrompt(plan));
    const { executable, repo: cwd } = this;
    // What a shell command of the agent calls "heddle-agents" is the launcher.
    const path = `${join(home, '.heddle-agents/bin')}:${process.env.PATH ?? ''}`;
    const env = { PATH: path, TMPDIR: this.root };
    const options = { executable, cwd, home, modelUrl: model.url, env };
    const member = { home, model, options };
    this.members.push(member);
    await this.succeedAs(member, 'connect', 'claude-code');
    return member;
  }

  /** Starts a Claude Code that waits for prompts and may run shell commands. */
  start(member: Member, options: Partial<ClaudeCodeOptions> = {}): ClaudeCode {
    const claude = startClaudeSession({
      ...member.options,
      args: ['--allowedTools', 'Bash'],
      ...options,
    });
    this.running.add(claude);
    void claude.exit.then(() => this.running.delete(claude));
    return claude;
  }

  /** The absolute path of a file of the repository. */
  path(name: string): string {
    return join(this.repo, name);
  }

  /** The same beside the repository. */
  outside(name: string): string {
    return join(this.root, name);
  }

  write(name: string, text: string): void {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), text);
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  async agents(): Promise<readonly ListedAgent[]> {
    return this.json<{ readonly agents: readonly ListedAgent[] }>('list', 'agents');
  }

  /** The agent of a session of Claude Code. @throws Error when there is not exactly one */
  async agentOf({ sessionId }: Pick<ClaudeCode, 'sessionId'>): Promise<ListedAgent> {
    const key = `claude-code:session:${sessionId}`;
    const found = (await this.agents()).filter((agent) => agent.native_actor_key === key);
    const [only] = found;
    if (only === undefined || found.length > 1) throw new Error(`${found.length} agents of ${key}`);
    return only;
  }

  /** Who holds what, as `<path> <session id>`. */
  async locks(): Promise<readonly string[]> {
    const locks = await this.json<{ readonly locks: readonly ListedLock[] }>('locks', 'locks');
    return locks.map(({ path, session_id }) => `${path} ${session_id ?? ''}`);
  }

  /** Who stands in a queue, by session id. */
  async waiting(): Promise<readonly (string | null)[]> {
    const waits = await this.json<{ readonly waiting: readonly ListedLock[] }>('locks', 'waiting');
    return waits.map(({ session_id }) => session_id);
  }

  /** From the root to it, by session id. */
  async chain(sessionId: string): Promise<readonly string[]> {
    const text = await this.succeed('chain', sessionId, '--json');
    const { chain } = JSON.parse(text) as { readonly chain: readonly ListedAgent[] };
    return chain.map(({ session_id }) => session_id);
  }

  async activity(kind: string): Promise<readonly ListedActivity[]> {
    const events = await this.json<{ readonly events: readonly ListedActivity[] }>(
      'activity',
      'events',
    );
    return events.filter((event) => event.kind === kind);
  }

  /** How often a person interrupted an agent, by its transcripts. */
  marksOf({ home }: Member): number {
    const folder = join(home, '.claude/projects');
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.jsonl'))
      .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
      .filter((line) => line.includes('"[Request interrupted by user'))
      .filter((line) => !line.includes('"type":"api-request-blob"')).length; // tells it once more
  }

  /** What hooks could not do, of which nobody else is told. */
  faults(): readonly string[] {
    const folder = this.path('.heddle/harness-sessions');
    if (!existsSync(folder)) return [];
    return readdirSync(folder)
      .filter((name) => name.endsWith('.jsonl'))
      .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
      .filter((line) => line.includes('"kind":"fault"'));
  }

  /**
   * Ends everything and removes everything.
   * @throws Error when a hook had a fault, or when something that the agents started goes on
   */
  async end(): Promise<void> {
    const faults = this.faults();
    await Promise.all([...this.running].map((claude) => claude.stop()));
    await Promise.all(this.members.map(({ model }) => model.stop()));
    await removeWithPrograms(this.root);
    if (faults.length > 0) throw new Error(`hooks had faults: ${faults.join('')}`);
  }

  private async json<T>(verb: string, field: keyof T): Promise<T[keyof T]> {
    return (JSON.parse(await this.succeed(verb, '--json')) as T)[field];
  }

  /** Runs our program as a person would, and returns what it prints. */
  private succeed(...args: readonly string[]): Promise<string> {
    return succeed(args, { cwd: this.repo, home: this.root });
  }

  private succeedAs({ home }: Member, ...args: readonly string[]): Promise<string> {
    return succeed(args, { cwd: this.repo, home });
  }
}

async function succeed(
  args: readonly string[],
  { cwd, home }: { readonly cwd: string; readonly home: string },
): Promise<string> {
  const { PATH = '' } = process.env;
  const env = { PATH, HOME: home, USERPROFILE: home };
  const end: CliEnd = await ended(spawn(process.execPath, [cliPath(), ...args], { cwd, env }));
  if (end.code === 0) return end.stdout;
  throw new Error(`heddle-agents ${args.join(' ')} ended with ${end.code}: ${end.stderr}`);
}
