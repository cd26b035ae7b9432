import { readdirSync } from 'node:fs';
import { CoalescedRun } from '../../base/coalescedRun.ts';
import { DisposableStore, toDisposable, type Disposable } from '../../base/lifecycle.ts';
import { isSessionId } from '../../core/agents/sessionId.ts';
import { isTerminal } from '../../core/sessions/executionState.ts';
import type { SessionId } from '../../core/sessions/sessionId.ts';
import { DirectoryWatcher } from '../../node/directoryWatcher.ts';
import { SessionIndex, type IndexedSession } from '../../node/sessions/sessionIndex.ts';
import type { BrokenSession } from '../../node/sessions/sessionHeaderFile.ts';
import { sessionsFolder } from '../../node/sessions/sessionsFolder.ts';
import type { ListedSession } from '../../presentation/sessions/rows/listedSession.ts';
import { digestFold, type SessionDigest } from '../../presentation/sessions/sessionDigest.ts';
import type { RootRegistry } from '../registrySet.ts';
import { cachedProbe } from './cachedProbe.ts';
import { LogWatches } from './logWatches.ts';

export interface RootSessionsOptions {
  readonly logger: ConstructorParameters<typeof DirectoryWatcher>[1];
  /** Called with the sessions that look different, come or go. */
  readonly onDidChange: (sessionIds: ReadonlySet<SessionId>) => void;
}

/** An agent may say a hundred things a second; what it says is looked at so often. */
const minIntervalMs = 150;
/** How often it is looked whether the hosts of sessions still live. */
const hostIntervalMs = 5000;
const probeTtlMs = 2500;
const maxUnfinished = 20;

/** The sessions of one root, at a cost that follows what changes. */
export class RootSessions implements Disposable {
  /** `.heddle/sessions`. */
  readonly folder: string;
  private readonly own = new DisposableStore();
  private readonly index: SessionIndex<SessionDigest>;
  private readonly watches: LogWatches;
  private readonly run: CoalescedRun;
  private shown = new Map<SessionId, IndexedSession<SessionDigest>>();
  private listed = new Map<SessionId, ListedSession>();
  private unreadable: readonly BrokenSession[] = [];
  /** Folders in which there is no session yet: they are made before what is in them. */
  private unfinished: readonly SessionId[] = [];
  private isFolderOther = true;
  private timer: NodeJS.Timeout | undefined;
  private lastMs = Number.NEGATIVE_INFINITY;
  private hasLooked = false;

  constructor(
    readonly root: RootRegistry,
    private readonly options: RootSessionsOptions,
  ) {
    const { logger } = options;
    this.folder = sessionsFolder(root.location);
    const probe = cachedProbe(root.probe, { ttlMs: probeTtlMs });
    this.index = new SessionIndex(this.folder, { probe, fold: digestFold });
    this.watches = this.own.add(new LogWatches(this.folder, () => this.request()));
    const watcher = this.own.add(new DirectoryWatcher(this.folder, logger));
    this.own.add(
      watcher.onDidChange(() => {
        this.isFolderOther = true;
        this.request();
      }),
    );
    this.run = this.own.add(
      new CoalescedRun(
        () => this.look(),
        (error) => logger.warn(`The sessions in ${this.folder} could not be read.`, error),
      ),
    );
    const interval = setInterval(() => {
      if (this.hasOpen) this.request();
    }, hostIntervalMs);
    this.own.add(toDisposable(() => clearInterval(interval)));
    this.own.add(toDisposable(() => clearTimeout(this.timer)));
    this.request();
  }

  get sessions(): readonly ListedSession[] {
    return [...this.listed.values()];
  }

  get broken(): readonly BrokenSession[] {
    return this.unreadable;
  }

  /** False until they were looked at for the first time. */
  get isKnown(): boolean {
    return this.hasLooked;
  }

  get(sessionId: SessionId): ListedSession | undefined {
    return this.listed.get(sessionId);
  }

  /** Looks again; resolves when the change is told. */
  refresh(): Promise<void> {
    return this.run.request();
  }

  dispose(): void {
    this.own.dispose();
  }

  private get hasOpen(): boolean {
    return [...this.listed.values()].some(({ record }) => !isTerminal(record.state));
  }

  private request(): void {
    if (this.own.isDisposed) return;
    const delayMs = Math.max(0, this.lastMs + minIntervalMs - performance.now());
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.run.request();
    }, delayMs);
  }

  private async look(): Promise<void> {
    this.lastMs = performance.now();
    const { sessions, broken } = await this.index.list();
    if (this.own.isDisposed) return;
    const isFirst = !this.hasLooked;
    this.hasLooked = true;
    const changed = this.take(sessions);
    const isOther = problemsOf(broken) !== problemsOf(this.unreadable);
    this.unreadable = broken;
    const open = sessions.filter(({ record }) => !isTerminal(record.state));
    this.lookForUnfinished();
    const openIds = open.map(({ record }) => record.header.sessionId);
    // What cannot be read may be mended, or was not written to its end yet.
    const brokenIds = broken.slice(0, maxUnfinished).map(({ sessionId }) => sessionId);
    const isFresh = this.watches.follow([...openIds, ...this.unfinished, ...brokenIds]);
    // What was written before the watch was set is told by nobody.
    if (isFresh) this.request();
    if (isFirst || isOther || changed.size > 0) this.options.onDidChange(changed);
  }

  /** Only when folders have come or gone, or while there are such: what they get is told to them alone. */
  private lookForUnfinished(): void {
    if (!this.isFolderOther && this.unfinished.length === 0) return;
    this.isFolderOther = false;
    const broken = new Set(this.unreadable.map(({ sessionId }) => sessionId));
    this.unfinished = namesIn(this.folder)
      .filter((name) => isSessionId(name) && !this.listed.has(name) && !broken.has(name))
      .slice(0, maxUnfinished);
  }

  private take(sessions: readonly IndexedSession<SessionDigest>[]): ReadonlySet<SessionId> {
    const changed = new Set<SessionId>();
    const next = new Map(sessions.map((each) => [each.record.header.sessionId, each]));
    for (const id of this.shown.keys()) if (!next.has(id)) changed.add(id);
    const { root } = this.root.location;
    const listed = new Map<SessionId, ListedSession>();
    for (const [id, each] of next) {
      const known = this.listed.get(id);
      const isSame = known !== undefined && this.shown.get(id) === each;
      if (!isSame) changed.add(id);
      listed.set(id, isSame ? known : { root, record: each.record, digest: each.digest });
    }
    this.shown = next;
    this.listed = listed;
    return changed;
  }
}

function problemsOf(broken: readonly BrokenSession[]): string {
  return JSON.stringify(broken.map(({ sessionId, problem }) => [sessionId, problem]));
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    // It is not there yet.
    return [];
  }
}
