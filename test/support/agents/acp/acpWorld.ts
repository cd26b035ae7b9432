import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { systemClock } from '../../../../src/base/clock.ts';
import { silentLogger } from '../../../../src/base/logger.ts';
import type { AcpAgent } from '../../../../src/core/acp/acpAgent.ts';
import { defaultPermissionPolicy } from '../../../../src/core/acp/permissionPolicy.ts';
import type { ActivityEvent } from '../../../../src/core/activity/activityEvent.ts';
import type { AgentEntry } from '../../../../src/core/agents/agentEntry.ts';
import type { TerminalOutcome } from '../../../../src/core/sessions/executionState.ts';
import type { AgentUpdate } from '../../../../src/core/sessions/agentUpdate.ts';
import type { PausePrompt } from '../../../../src/core/sessions/pause.ts';
import type { ProgressEvent } from '../../../../src/core/sessions/progressEvent.ts';
import type { QueryAnswer } from '../../../../src/core/sessions/resumePayload.ts';
import { SessionRegistry } from '../../../../src/core/sessions/sessionRegistry.ts';
import type { RunSpec } from '../../../../src/core/sessions/sessionSpec.ts';
import { sessionIdOf } from '../../../../src/core/locks/lockHolder.ts';
import { createAcpExecutor } from '../../../../src/node/acp/acpExecutor.ts';
import type { AcpExecutorOptions } from '../../../../src/node/acp/acpExecutorOptions.ts';
import { heddleRootAt } from '../../../../src/node/heddleRoot.ts';
import { initRegistry } from '../../../../src/node/initRegistry.ts';
import { openFileLocks, type OpenFileLocks } from '../../../../src/node/openFileLocks.ts';
import { openRegistry, type OpenRegistry } from '../../../../src/node/openRegistry.ts';
import { MemorySessionStore } from '../../../unit/core/sessions/memorySessionStore.ts';
import { buildChildProgram } from '../../childProgram.ts';
import { eventually } from '../../eventually.ts';
import { makeTempFolder } from '../../tempFolder.ts';
import { removeWithPrograms } from '../../../process/agents/support/removeWithPrograms.ts';

/** One step of a scripted agent: its name and what it is given. */
export type Step = readonly [string, ...unknown[]];

/** How an agent is started. */
export interface StartOptions {
  /** What the scripted agent is asked to be like, such as `stubborn`. */
  readonly flags?: readonly string[];
  readonly spec?: Partial<RunSpec>;
  readonly executor?: Partial<AcpExecutorOptions>;
}

/** Slow enough for a busy machine, quick enough to wait for. */
export const testPace = { cancelGraceMs: 500, leaveAfterMs: 10_000, killAfterMs: 500 };

let program: Promise<string> | undefined;

/** The program of the scripted agent, made once for all tests of a process. */
export function scriptedAgentProgram(): Promise<string> {
  program ??= buildChildProgram(new URL('./scriptedAcpAgent.ts', import.meta.url));
  return program;
}

/** A repository in which agents are executed by the real executor. */
export class AcpWorld {
  readonly root = makeTempFolder();
  readonly repo = join(this.root, 'repo');
  readonly home = join(this.root, 'home');
  readonly registry: OpenRegistry;
  readonly locks: OpenFileLocks;
  private readonly started: RunningSession[] = [];

  private constructor(private readonly program: string) {
    const location = heddleRootAt(this.repo);
    this.registry = openRegistry(location);
    this.locks = openFileLocks(this.registry);
  }

  static async make(
    files: Readonly<Record<string, string>> = { 'a.txt': 'one\n' },
  ): Promise<AcpWorld> {
    const world = new AcpWorld(await scriptedAgentProgram());
    mkdirSync(world.repo);
    mkdirSync(world.home);
    for (const [name, text] of Object.entries(files)) world.write(name, text);
    execFileSync('git', ['init', '--quiet'], { cwd: world.repo });
    await initRegistry(heddleRootAt(world.repo));
    return world;
  }

  /** The scripted agent with these flags, and its child processes in a home that tells them. */
  agent(flags: readonly string[] = []): AcpAgent {
    return {
      id: 'scripted',
      displayName: 'Scripted',
      command: process.execPath,
      args: [this.program, ...flags.map((flag) => `--${flag}`)],
      env: { HOME: this.home },
      registryName: 'scripted',
      actorKeyOf: (conversationId) => `scripted:session:${conversationId}`,
    };
  }

  path(name: string): string {
    return join(this.repo, name);
  }

  write(name: string, text: string): void {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), text);
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  /** Starts the scripted agent with a script. */
  async run(steps: readonly Step[], options: StartOptions = {}): Promise<RunningSession> {
    return this.start(this.agent(options.flags), JSON.stringify(steps), options);
  }

  async start(
    agent: AcpAgent,
    prompt: string,
    options: StartOptions = {},
  ): Promise<RunningSession> {
    const { registry, locks } = this;
    const executor = createAcpExecutor({
      findAgent: (id) => (id === agent.id ? agent : undefined),
      registry,
      locks,
      env: { PATH: process.env.PATH },
      clock: systemClock,
      policy: defaultPermissionPolicy,
      refusal: (conflicts) =>
        Promise.resolve(
          conflicts.map(({ path, holder }) => `${path} is held by ${holder.name}`).join(),
        ),
      pace: testPace,
      ...options.executor,
    });
    const store = new MemorySessionStore();
    const ports = { clock: systemClock, store, logger: silentLogger, random: randomBytes };
    const sessions = new SessionRegistry({ ...ports, executor });
    const spec = { kind: 'run', agent: agent.id, prompt, cwd: this.repo, ...options.spec } as const;
    const session = new RunningSession(await sessions.spawn(spec), sessions, store);
    this.started.push(session);
    return session;
  }

  /** Somebody without an entry takes a file. */
  async holdBySomebody(path: string): Promise<void> {
    const ref = { kind: 'text', text: 'somebody' } as const;
    await this.locks.locks.lock(ref, { paths: [path], ttlMs: 3_600_000, reason: 'Mine' });
  }

  /** Who holds what, as `<path> <session id or name>`. */
  async held(): Promise<readonly string[]> {
    const standing = await this.locks.locks.list();
    return standing.map(({ holder, lock }) => `${lock.path} ${sessionIdOf(holder) ?? holder.name}`);
  }

  entries(): Promise<readonly AgentEntry[]> {
    return this.registry.registry.list();
  }

  /** The only one. @throws Error when there is not exactly one */
  async entry(): Promise<AgentEntry> {
    const entries = await this.entries();
    const [only] = entries;
    if (only === undefined || entries.length > 1) throw new Error(`${entries.length} entries`);
    return only;
  }

  async activity(...kinds: readonly string[]): Promise<readonly ActivityEvent[]> {
    const { events } = await this.registry.activity.read();
    return events.filter(({ kind }) => kinds.includes(kind));
  }

  /** Cancels what still runs and removes everything. @throws Error when a program goes on */
  async end(): Promise<void> {
    for (const session of this.started) session.cancel();
    await Promise.all(this.started.map((session) => session.outcome()));
    await removeWithPrograms(this.root);
  }
}

/** A session as a test sees it. */
export class RunningSession {
  constructor(
    readonly id: string,
    private readonly sessions: SessionRegistry,
    private readonly store: MemorySessionStore,
  ) {}

  get events(): readonly ProgressEvent[] {
    return this.store.events(this.id);
  }

  /** What the agent told, without what it told again. */
  get updates(): readonly AgentUpdate[] {
    return this.events.flatMap((event) =>
      event.kind === 'update' && event.isReplayed !== true ? [event.update] : [],
    );
  }

  /** All that the agent said. */
  get said(): string {
    return this.updates
      .map((update) =>
        update.kind === 'message-chunk' && update.content.kind === 'text'
          ? update.content.text
          : '',
      )
      .join('');
  }

  /** What the scripted agent was answered, which its step `answers` says. */
  get answers(): readonly unknown[] {
    return JSON.parse(this.said) as readonly unknown[];
  }

  /** Notes for those who watch, as `<title>: <content>`. */
  get notes(): readonly string[] {
    return this.events.flatMap((event) =>
      event.kind === 'note' ? [`${event.title ?? ''}: ${event.content}`] : [],
    );
  }

  get state(): string {
    return this.sessions.state(this.id).state;
  }

  /** Waits until it asks, and returns the one question. */
  async question(): Promise<PausePrompt> {
    await eventually('it asks', () => this.state !== 'running');
    const state = this.sessions.state(this.id);
    if (state.state !== 'paused') throw new Error(`it is ${JSON.stringify(state)}`);
    const [prompt] = state.pause.prompts;
    if (prompt === undefined) throw new Error('it asks nothing');
    return prompt;
  }

  /** Answers its one question, for which it waits. */
  async answer(response: QueryAnswer): Promise<PausePrompt> {
    const prompt = await this.question();
    this.sessions.resume(this.id, { kind: 'single', queryId: prompt.queryId, response });
    return prompt;
  }

  choose(optionId: string): Promise<PausePrompt> {
    return this.answer({ kind: 'option', optionId });
  }

  cancel(): void {
    this.sessions.cancel(this.id, { code: 'user', requestedAtMs: Date.now() });
  }

  /** How it ended, once nothing of it is left. */
  async outcome(): Promise<TerminalOutcome> {
    await this.sessions.awaitWoundUp(this.id);
    return this.sessions.awaitTerminal(this.id);
  }

  /** The same for one that must be done. */
  async done(): Promise<Extract<TerminalOutcome, { state: 'done' }>['result']> {
    const outcome = await this.outcome();
    if (outcome.state !== 'done') throw new Error(`it is ${JSON.stringify(outcome)}`);
    return outcome.result;
  }

  /** The same for one that must have failed. */
  async failure(): Promise<Extract<TerminalOutcome, { state: 'failed' }>['failure']> {
    const outcome = await this.outcome();
    if (outcome.state !== 'failed') throw new Error(`it is ${JSON.stringify(outcome)}`);
    return outcome.failure;
  }
}
