import type { Clock } from '../../base/clock.ts';
import { CoalescedRun } from '../../base/coalescedRun.ts';
import { Emitter, type Event } from '../../base/event.ts';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import type { Logger } from '../../base/logger.ts';
import type { FolderWatcher } from '../agents/folderWatcher.ts';
import { HeardChanges } from '../agents/heardChanges.ts';
import { agentsNow, type AgentNow } from './agentNow.ts';
import type { HookSettings } from './hookSettings.ts';
import { SessionFold, type SessionState } from './sessionState.ts';

/** The records of a folder. */
export interface SessionRecordSource {
  /** The names of all records. */
  list(): Promise<readonly string[]>;
  isRecord(fileName: string): boolean;
  /**
   * The whole lines after a position. `isAnew` when the record is not the one of the position, so that
   * everything is told again; undefined when there is none.
   */
  read(
    name: string,
    from: RecordPosition | undefined,
  ): Promise<
    | { readonly text: string; readonly position: RecordPosition; readonly isAnew: boolean }
    | undefined
  >;
}

/** How far a record was read. */
export interface RecordPosition {
  readonly fileId: string;
  readonly bytes: number;
}

export interface SessionsChange {
  /** The entries of the agents that look different, come or go. */
  readonly entryIds: ReadonlySet<string>;
}

export interface SessionMonitorOptions {
  readonly source: SessionRecordSource;
  readonly watcher: FolderWatcher;
  readonly settings: () => HookSettings;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface OpenRecord {
  fold: SessionFold;
  position: RecordPosition;
  /** Its agents as of the last look; undefined when there was none since something happened. */
  now: readonly AgentNow[] | undefined;
}

type QuietTimes = Pick<HookSettings, 'quietMs' | 'quietInToolMs'>;

/** Timers are late rather than early. */
const timerSlackMs = 5;
const maxTimerMs = 0x7fff_ffff;

/**
 * Knows what every agent does whose hooks tell it, and tells of changes. An event of an agent costs the
 * reading of the lines that it added. It never rejects.
 */
export class SessionMonitor implements Disposable {
  private readonly own = new DisposableStore();
  private readonly _onDidChange: Emitter<SessionsChange>;
  readonly onDidChange: Event<SessionsChange>;
  private readonly run: CoalescedRun;
  private readonly heard = new HeardChanges();
  private readonly records = new Map<string, OpenRecord>();
  private agents: ReadonlyMap<string, AgentNow> = new Map();
  /** When transcripts last grew, by entry. */
  private readonly growth = new Map<string, number>();
  private quietTimes: QuietTimes | undefined;
  private timer: Disposable | undefined;

  constructor(private readonly options: SessionMonitorOptions) {
    const { logger, watcher } = options;
    this._onDidChange = this.own.add(
      new Emitter<SessionsChange>((error) => logger.error('A listener failed.', error)),
    );
    this.onDidChange = this._onDidChange.event;
    this.run = this.own.add(
      new CoalescedRun(
        () => this.update(),
        (error) => logger.error('Updating the sessions failed.', error),
      ),
    );
    this.own.add({ dispose: () => this.timer?.dispose() });
    this.own.add(
      watcher.onDidChange((change) => {
        this.heard.add(change);
        void this.run.request();
      }),
    );
  }

  /** By the session id of the entry in the registry. */
  get now(): ReadonlyMap<string, AgentNow> {
    return this.agents;
  }

  /** What the records say, without what time adds to it. */
  get states(): readonly SessionState[] {
    return [...this.records.values()].flatMap(({ fold }) => fold.state ?? []);
  }

  /** Looks at every record again; resolves when the change is told. */
  refresh(): Promise<void> {
    this.heard.addEverything();
    return this.run.request();
  }

  /** The transcripts of these agents grew at these times: a sign of life that no hook tells. */
  noteGrowth(growth: ReadonlyMap<string, number>): void {
    if (this.own.isDisposed) return;
    for (const [id, atMs] of growth) {
      if (atMs > (this.growth.get(id) ?? 0)) this.growth.set(id, atMs);
    }
    for (const record of this.records.values()) {
      if (record.now?.some(({ entryId }) => growth.has(entryId)) === true) record.now = undefined;
    }
    this.publish();
  }

  dispose(): void {
    this.own.dispose();
  }

  private async update(): Promise<void> {
    const { fileNames } = this.heard.take();
    try {
      if (fileNames === undefined) await this.readAll();
      else for (const name of fileNames) await this.readOne(name);
    } catch (error) {
      this.heard.addEverything();
      this.options.logger.warn('The records of sessions could not be read.', error);
    }
    this.publish();
  }

  private async readAll(): Promise<void> {
    const names = new Set(await this.options.source.list());
    for (const name of this.records.keys()) if (!names.has(name)) this.records.delete(name);
    for (const name of names) await this.readOne(name);
  }

  private async readOne(name: string): Promise<void> {
    const { source } = this.options;
    if (!source.isRecord(name)) return;
    const known = this.records.get(name);
    const read = await source.read(name, known?.position);
    if (read === undefined) {
      this.records.delete(name);
      return;
    }
    const record =
      known && !read.isAnew
        ? known
        : { fold: new SessionFold(), position: read.position, now: undefined };
    record.fold.addText(read.text);
    record.position = read.position;
    if (read.text !== '') record.now = undefined;
    this.records.set(name, record);
  }

  private publish(): void {
    const nowMs = this.options.clock.now();
    this.readQuietTimes();
    const { agents: before, growth } = this;
    const next = new Map<string, AgentNow>();
    for (const record of this.records.values()) {
      for (const agent of this.agentsOf(record, nowMs)) next.set(agent.entryId, agent);
    }
    this.agents = next;
    for (const id of growth.keys()) if (!next.has(id)) growth.delete(id);
    this.arm(nowMs);
    const entryIds = new Set<string>();
    for (const [id, agent] of next) if (before.get(id) !== agent) entryIds.add(id);
    for (const id of before.keys()) if (!next.has(id)) entryIds.add(id);
    if (entryIds.size > 0) this._onDidChange.fire({ entryIds });
  }

  /** Only of what happened since, and of whom too little is heard, is anything thought of again. */
  private agentsOf(record: OpenRecord, nowMs: number): readonly AgentNow[] {
    const isDue = ({ phase, quietAtMs }: AgentNow): boolean =>
      phase === 'working' && quietAtMs !== undefined && quietAtMs <= nowMs;
    if (record.now?.some(isDue) === false) return record.now;
    const { agents: before, growth, quietTimes: settings } = this;
    const { state } = record.fold;
    record.now = state && settings ? agentsNow(state, { nowMs, settings, before, growth }) : [];
    return record.now;
  }

  private readQuietTimes(): void {
    const { quietMs, quietInToolMs } = this.options.settings();
    const known = this.quietTimes;
    if (known?.quietMs === quietMs && known.quietInToolMs === quietInToolMs) return;
    this.quietTimes = { quietMs, quietInToolMs };
    for (const record of this.records.values()) record.now = undefined;
  }

  /** One timer for the first agent of which nothing will have been heard for too long. */
  private arm(nowMs: number): void {
    this.timer?.dispose();
    if (this.own.isDisposed) return;
    let nextMs = Number.POSITIVE_INFINITY;
    for (const { quietAtMs = nextMs } of this.agents.values()) {
      if (quietAtMs > nowMs) nextMs = Math.min(nextMs, quietAtMs);
    }
    if (!Number.isFinite(nextMs)) return;
    const delayMs = Math.min(nextMs - nowMs + timerSlackMs, maxTimerMs);
    this.timer = this.options.clock.after(delayMs, () => this.publish());
  }
}
