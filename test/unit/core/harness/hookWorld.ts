import { RegistryError } from '../../../../src/core/agents/registryError.ts';
import { knownEntry } from '../../../../src/core/agents/knownEntry.ts';
import { withStatus } from '../../../../src/core/agents/entryStatus.ts';
import type { ActivityEvent } from '../../../../src/core/activity/activityEvent.ts';
import { type FileLocks } from '../../../../src/core/locks/fileLocks.ts';
import { partyOfHolder } from '../../../../src/core/locks/lockEvents.ts';
import { sessionIdOf, type LockHolder } from '../../../../src/core/locks/lockHolder.ts';
import type {
  HarnessAction,
  HarnessEvent,
  ToolAction,
  ToolCall,
} from '../../../../src/core/harness/harnessEvent.ts';
import type { HookDecision } from '../../../../src/core/harness/hookDecision.ts';
import { handleEvent } from '../../../../src/core/harness/hookPolicy.ts';
import type {
  HookPorts,
  LookedAtFile,
  SessionRecord,
  WatchedFiles,
} from '../../../../src/core/harness/hookPorts.ts';
import {
  defaultHookSettings,
  type HookSettings,
} from '../../../../src/core/harness/hookSettings.ts';
import {
  encodeSessionLine,
  type SessionHeader,
  type SessionLine,
} from '../../../../src/core/harness/sessionLine.ts';
import type { SessionAgent } from '../../../../src/core/harness/sessionAgent.ts';
import { SessionFold } from '../../../../src/core/harness/sessionState.ts';
import { eventWith } from '../../../support/harnessEvents.ts';
import { LockFixture } from '../../../support/lockFixture.ts';

const minuteMs = 60_000;

/** Agents in one repository, each hook of which reads everything anew, as a process of its own does. */
export class HookWorld {
  readonly fixture = new LockFixture();
  readonly texts = new Map<string, string>();
  readonly watches = new Map<string, WatchedFiles>();
  /** By path: how often it was written, and when. */
  readonly disk = new Map<string, { readonly version: number; readonly atMs: number }>();
  readonly transcripts = new Map<string, { changedMs?: number; interruptedMs?: number }>();
  settings: HookSettings = defaultHookSettings;
  /** How often the stores were asked for a change. */
  storeCalls = 0;
  storeFailure: Error | undefined;
  /** What others do while a hook waits for them. */
  meanwhile: (() => Promise<void>) | undefined;
  private hooks = 0;
  private writes = 0;

  get clock(): LockFixture['clock'] {
    return this.fixture.clock;
  }

  get events(): readonly ActivityEvent[] {
    return this.fixture.events;
  }

  get locks(): FileLocks {
    return this.fixture.open();
  }

  advanceMinutes(minutes: number): void {
    this.clock.advance(minutes * minuteMs);
  }

  write(path: string): void {
    this.writes += 1;
    this.disk.set(path, { version: this.writes, atMs: this.clock.now() });
  }

  session(key: string, about: Partial<SessionAbout> = {}): WorldSession {
    return new WorldSession(this, { key, pid: undefined, reportsReads: true, ...about });
  }

  async held(): Promise<readonly string[]> {
    const standing = await this.locks.list();
    return standing.map(({ holder, lock }) => `${sessionIdOf(holder)}: ${lock.path}`).sort();
  }

  fold(key: string): SessionFold {
    const fold = new SessionFold();
    fold.addText(this.texts.get(key) ?? '');
    return fold;
  }

  ports(about: SessionAbout): HookPorts {
    const record = this.record(about.key);
    const { clock, settings } = this;
    const locks = this.guardedLocks();
    return {
      clock,
      settings,
      reportsReads: about.reportsReads,
      record,
      agents: this.agents(about),
      locks,
      mayHold: (id) => [...(this.holder(id)?.locks.values() ?? [])].some((l) => l.isTurnBound),
      holds: (id, paths) => {
        const holder = this.holder(id);
        return paths.every((path) => {
          const lock = holder?.locks.get(path);
          return lock !== undefined && !lock.savedOver && this.isFresh(lock.refreshedAtMs);
        });
      },
      agingLocks: (id) =>
        [...(this.holder(id)?.locks.values() ?? [])]
          .filter((lock) => lock.isTurnBound && !this.isFresh(lock.refreshedAtMs))
          .map(({ path }) => path),
      files: {
        look: (path) => (path.startsWith('/elsewhere') ? undefined : this.look(path)),
        lookAt: (path) => this.look(path),
      },
      shell: {
        foreignFiles: (own) =>
          [...this.fixture.memory.table.holders()].flatMap((holder) =>
            own.has(sessionIdOf(holder) ?? '')
              ? []
              : [...holder.locks.values()].map(({ path }) => ({
                  path,
                  signature: this.look(path).signature,
                  holderEntryId: sessionIdOf(holder),
                  holder: partyOfHolder(holder),
                })),
          ),
        remember: (key, watch) => void this.watches.set(`${about.key} ${key}`, watch),
        recall: (key) => {
          const watch = this.watches.get(`${about.key} ${key}`);
          this.watches.delete(`${about.key} ${key}`);
          return watch;
        },
      },
      others: { find: (entryId) => Promise.resolve(this.find(entryId)) },
      pause: async (ms) => {
        this.clock.advance(ms);
        await this.meanwhile?.();
      },
      activity: {
        append: (events) => {
          this.fixture.events.push(...events);
          return Promise.resolve();
        },
      },
      editByOther: (path, { entryId, sinceMs }) => {
        const event = this.events.findLast((each) => {
          const by = each.kind === 'lock-saved-over' ? each.other : each.actor;
          const isChange = each.kind === 'file-edited' || each.kind === 'lock-saved-over';
          const isByOther = isChange && by?.sessionId !== entryId && each.atMs >= sinceMs;
          return isByOther && each.paths.includes(path);
        });
        return Promise.resolve(event && { by: event.actor.name, atMs: event.atMs });
      },
      words: {
        refusal: (conflicts) =>
          Promise.resolve(`held: ${conflicts.map(({ path }) => path).join(', ')}`),
        stale: (changes) => `stale: ${changes.map(({ path }) => path).join(', ')}`,
        changedMeanwhile: (changes) => `meanwhile: ${changes.map(({ path }) => path).join(', ')}`,
        changedByShell: (files) => `changed: ${files.map(({ path }) => path).join(', ')}`,
        failedClosed: (problem) => `closed: ${problem}`,
      },
      handOn: () => undefined,
    };
  }

  dispose(): void {
    this.fixture.dispose();
  }

  private isFresh(refreshedAtMs: number): boolean {
    return Math.abs(this.clock.now() - refreshedAtMs) < minuteMs;
  }

  private holder(entryId: string): LockHolder | undefined {
    return this.fixture.memory.table.bySession(entryId);
  }

  private look(path: string): LookedAtFile {
    const at = this.disk.get(path);
    return {
      path,
      key: path,
      signature: at === undefined ? 'none' : `v${at.version}`,
      isFolder: path === 'folder',
      changedMs: at?.atMs,
    };
  }

  private record(key: string): SessionRecord {
    let fold = this.fold(key);
    this.hooks += 1;
    return {
      hook: `hook-${this.hooks}`,
      get state() {
        return fold.state;
      },
      get faults() {
        return fold.faults;
      },
      get unguardedCalls() {
        return fold.unguardedCalls;
      },
      append: (...lines: readonly SessionLine[]) => {
        for (const line of lines) fold.add(line);
        const text = lines.map(encodeSessionLine).join('');
        this.texts.set(key, (this.texts.get(key) ?? '') + text);
      },
      reread: () => {
        fold = this.fold(key);
      },
      compact: () => undefined,
    };
  }

  private guardedLocks(): HookPorts['locks'] {
    const { locks } = this;
    const counted = <T>(work: () => Promise<T>): Promise<T> => {
      this.storeCalls += 1;
      return this.storeFailure ? Promise.reject(this.storeFailure) : work();
    };
    return {
      lock: (ref, wish) => counted(() => locks.lock(ref, wish)),
      closeTurn: (ref, how) => counted(() => locks.closeTurn(ref, how)),
      noteSavedOver: (ref, path, how) => counted(() => locks.noteSavedOver(ref, path, how)),
      holdersOf: (path) => counted(() => locks.holdersOf(path)),
      list: () => counted(() => locks.list()),
    };
  }

  private agents(about: SessionAbout): HookPorts['agents'] {
    const { entries } = this.fixture;
    const refused = (): void => {
      this.storeCalls += 1;
      if (this.storeFailure) throw this.storeFailure;
    };
    const entryOf = (entryId: string) => knownEntry(entries.index, entryId);
    return {
      register: async (event) => {
        refused();
        const entryId = `agent-${about.key}`;
        this.fixture.agent(entryId, { pid: about.pid, nativeActorKey: about.key });
        const header: SessionHeader = {
          kind: 'session',
          atMs: this.clock.now(),
          harness: event.harness,
          sessionKey: about.key,
          entryId,
          cwd: event.cwd,
          transcriptPath: event.transcriptPath,
          ...(about.pid !== undefined && {
            process: {
              pid: about.pid,
              bootId: undefined,
              processStart: undefined,
              pidNamespace: undefined,
              startedAt: '2026-06-01T12:00:00Z',
            },
          }),
        };
        return Promise.resolve(header);
      },
      registerChild: async (event, { parent }) => {
        refused();
        const entryId = `${parent.entryId}-${event.childKey}`;
        this.fixture.agent(entryId, { pid: about.pid, nativeParentActorKey: about.key });
        return Promise.resolve(entryId);
      },
      isListed: (entryId) => entryOf(entryId)?.status === 'active',
      complete: async (entryId) => {
        refused();
        const entry = entryOf(entryId);
        if (entry) entries.write(withStatus(entry, 'complete', this.clock.now()));
        return Promise.resolve();
      },
      noteTurn: () => Promise.resolve(),
      partyOf: (sessionId) => ({ sessionId, name: sessionId }),
    };
  }

  private find(entryId: string): Awaited<ReturnType<HookPorts['others']['find']>> {
    for (const key of this.texts.keys()) {
      const agents = [...(this.fold(key).state?.agents.values() ?? [])];
      const agent = agents.find((each) => each.entryId === entryId);
      if (agent === undefined) continue;
      const seen = this.transcripts.get(agent.transcriptPath ?? '');
      const nowMs = this.clock.now();
      const evidence = {
        nowMs,
        transcriptChangedMs: seen?.changedMs,
        interruptedMs: seen?.interruptedMs,
      };
      return { agent, evidence };
    }
    return undefined;
  }
}

export interface SessionAbout {
  readonly key: string;
  /** Its process runs until the test ends it. */
  readonly pid: number | undefined;
  readonly reportsReads: boolean;
}

interface Told {
  readonly child?: string | undefined;
  readonly call?: string | undefined;
}

/** One session of a coding agent. Every method is one hook. */
export class WorldSession {
  private calls = 0;

  constructor(
    private readonly world: HookWorld,
    readonly about: SessionAbout,
  ) {}

  get entryId(): string {
    return `agent-${this.about.key}`;
  }

  get agent(): SessionAgent {
    return this.agentOf('');
  }

  agentOf(child: string): SessionAgent {
    const agent = this.world.fold(this.about.key).state?.agents.get(child);
    if (agent === undefined) throw new Error(`${this.about.key} has no agent "${child}"`);
    return agent;
  }

  event(action: HarnessAction, { child }: Told = {}): HarnessEvent {
    return eventWith({
      harness: 'claude-code',
      eventName: action.kind,
      cwd: '/repo',
      sessionKey: this.about.key,
      childKey: child,
      transcriptPath: child === undefined ? `/transcripts/${this.about.key}` : undefined,
      action,
    });
  }

  fire(action: HarnessAction, told: Told = {}): Promise<HookDecision> {
    return handleEvent(this.event(action, told), this.world.ports(this.about));
  }

  start(): Promise<HookDecision> {
    return this.fire({ kind: 'session-started', isResumed: false });
  }

  prompt(): Promise<HookDecision> {
    return this.fire({ kind: 'prompt' });
  }

  stop(): Promise<HookDecision> {
    return this.fire({ kind: 'turn-ended' });
  }

  beforeEdit(path: string | readonly string[], told: Told = {}): Promise<HookDecision> {
    const action = { kind: 'edit', paths: [path].flat() } as const;
    return this.fire({ kind: 'tool-starting', call: this.call('Edit', action, told) }, told);
  }

  afterEdit(path: string | readonly string[], told: Told = {}): Promise<HookDecision> {
    const call = this.call('Edit', { kind: 'edit', paths: [path].flat() }, told);
    return this.fire({ kind: 'tool-ended', call, hasFailed: false }, told);
  }

  /** Asks, writes when nothing stands in the way, and tells. */
  async edit(path: string, told: Told = {}): Promise<HookDecision> {
    const own = { ...told, call: told.call ?? this.nextCall() };
    const decision = await this.beforeEdit(path, own);
    if (decision.kind === 'refuse') return decision;
    this.world.write(path);
    await this.afterEdit(path, own);
    return decision;
  }

  async read(path: string, told: Told = {}): Promise<void> {
    const call = this.call('Read', { kind: 'read', paths: [path] }, { call: this.nextCall() });
    await this.fire({ kind: 'tool-starting', call }, told);
    await this.fire({ kind: 'tool-ended', call, hasFailed: false }, told);
  }

  beforeShell(told: Told = {}): Promise<HookDecision> {
    return this.fire({ kind: 'tool-starting', call: this.shell(told) }, told);
  }

  afterShell(told: Told = {}): Promise<HookDecision> {
    return this.fire({ kind: 'tool-ended', call: this.shell(told), hasFailed: false }, told);
  }

  private shell(told: Told): ToolCall {
    return this.call('Bash', { kind: 'shell', command: 'make', isInBackground: false }, told);
  }

  private call(name: string, action: ToolAction, { call }: Told): ToolCall {
    return { name, callId: call, action };
  }

  private nextCall(): string {
    this.calls += 1;
    return `${this.about.key}-${this.calls}`;
  }
}

export function lockTimeout(): RegistryError {
  return new RegistryError('lock-timeout', 'Another process holds the lock.');
}

/** A world of its own for each test of the suite in which it is called. */
export function useHookWorld(): () => HookWorld {
  let current: HookWorld | undefined;
  beforeEach(() => {
    current = new HookWorld();
  });
  afterEach(() => current?.dispose());
  return () => {
    if (current === undefined) throw new Error('only inside a test');
    return current;
  };
}
