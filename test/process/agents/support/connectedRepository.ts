import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { AgentProcess } from '../../../support/agents/agentProcess.ts';
import type { AgentWorld } from '../../../support/agents/agentWorld.ts';
import { cliPath } from '../../../support/cliPath.ts';
import { makeTempFolder } from '../../../support/tempFolder.ts';
import { ended, type CliEnd } from '../../cli/spawnCli.ts';
import type { ListedActivity, ListedAgent, ListedLock } from './agentTeam.ts';
import { removeWithPrograms } from './removeWithPrograms.ts';

/** What a harness's own world gives beside the repository and the home. */
type World = Pick<AgentWorld, 'root' | 'repo' | 'home'> & { stop(): Promise<void> };

/**
 * A repository in which our own `connect` has set up one coding agent, as a person with a home of its
 * own would do it.
 */
export class ConnectedRepository<W extends World> {
  private readonly running = new Set<AgentProcess>();

  private constructor(
    readonly world: W,
    private readonly programs: string | undefined,
  ) {}

  /** `programs` is a folder that is first in the PATH of our own program. */
  static async make<W extends World>(
    makeWorld: (root: string) => Promise<W>,
    { harness, programs }: { readonly harness: string; readonly programs?: string },
  ): Promise<ConnectedRepository<W>> {
    const repository = new ConnectedRepository(await makeWorld(makeTempFolder()), programs);
    await repository.succeed('connect', harness);
    return repository;
  }

  /** Keeps an agent in mind, so that it is stopped in the end. */
  started<P extends AgentProcess>(agent: P): P {
    this.running.add(agent);
    void agent.exit.then(() => this.running.delete(agent));
    return agent;
  }

  path(name: string): string {
    return join(this.world.repo, name);
  }

  /** Undefined for a file that is not there. */
  read(name: string): string | undefined {
    return existsSync(this.path(name)) ? readFileSync(this.path(name), 'utf8') : undefined;
  }

  /** Somebody without an entry takes files for the whole test. */
  async holdBySomebody(...names: readonly string[]): Promise<void> {
    await this.succeed('lock', ...names, '--agent', 'somebody', '--ttl', '1h', '--reason', 'Mine');
  }

  async agents(): Promise<readonly ListedAgent[]> {
    return this.json<{ readonly agents: readonly ListedAgent[] }>('list', 'agents');
  }

  /** The only agent without a parent. @throws Error when there is not exactly one */
  async agent(): Promise<ListedAgent> {
    const found = (await this.agents()).filter((each) => each.native_parent_actor_key === null);
    const [only] = found;
    if (only === undefined || found.length > 1) throw new Error(`there are ${found.length} agents`);
    return only;
  }

  async childrenOf(parent: ListedAgent): Promise<readonly ListedAgent[]> {
    const key = parent.native_actor_key;
    return (await this.agents()).filter((each) => each.native_parent_actor_key === key);
  }

  /** Who holds what, as `<path> <session id or name>`, by path. */
  async locks(): Promise<readonly string[]> {
    const locks = await this.json<{ readonly locks: readonly ListedLock[] }>('locks', 'locks');
    return locks.map(({ path, session_id }) => `${path} ${session_id ?? 'somebody'}`).sort();
  }

  async activity(kind: string): Promise<readonly ListedActivity[]> {
    const events = await this.json<{ readonly events: readonly ListedActivity[] }>(
      'activity',
      'events',
    );
    return events.filter((event) => event.kind === kind);
  }

  /** What the doctor says of the agent, by the id of its check. */
  async verdicts(): Promise<ReadonlyMap<string, string>> {
    const { stdout } = await this.run('doctor', '--json');
    const { checks } = JSON.parse(stdout) as {
      readonly checks: readonly { readonly id: string; readonly verdict: string }[];
    };
    return new Map(checks.map(({ id, verdict }) => [id, verdict]));
  }

  /** The lines that the hooks of all sessions have written, of one kind. */
  recorded(kind: string): readonly Readonly<Record<string, unknown>>[] {
    const folder = this.path('.heddle/harness-sessions');
    if (!existsSync(folder)) return [];
    return readdirSync(folder)
      .filter((name) => name.endsWith('.jsonl'))
      .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
      .filter((line) => line.kind === kind);
  }

  /**
   * Ends and removes everything.
   * @throws Error when a hook had a fault, or when something that the agents started goes on
   */
  async end(): Promise<void> {
    const faults = this.recorded('fault').map(({ text }) => String(text));
    await Promise.all([...this.running].map((agent) => agent.stop()));
    await this.world.stop();
    await removeWithPrograms(this.world.root);
    if (faults.length > 0) throw new Error(`hooks had faults: ${faults.join('; ')}`);
  }

  private async json<T>(verb: string, field: keyof T): Promise<T[keyof T]> {
    return (JSON.parse(await this.succeed(verb, '--json')) as T)[field];
  }

  private async succeed(...args: readonly string[]): Promise<string> {
    const end = await this.run(...args);
    if (end.code === 0) return end.stdout;
    throw new Error(`heddle-agents ${args.join(' ')} ended with ${end.code}: ${end.stderr}`);
  }

  /** Runs our program as a person would. */
  private run(...args: readonly string[]): Promise<CliEnd> {
    const { home, repo: cwd } = this.world;
    const { PATH = '' } = process.env;
    const path = this.programs === undefined ? PATH : `${this.programs}:${PATH}`;
    const env = { PATH: path, HOME: home, USERPROFILE: home };
    return ended(spawn(process.execPath, [cliPath(), ...args], { cwd, env }));
  }
}
