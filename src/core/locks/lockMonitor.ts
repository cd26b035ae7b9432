import { CoalescedRun } from '../../base/coalescedRun.ts';
import type { Clock } from '../../base/clock.ts';
import { errorText } from '../../base/errorText.ts';
import { Emitter, type Event } from '../../base/event.ts';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import type { Logger } from '../../base/logger.ts';
import { actorLookup, type AgentView } from '../agents/agentIndex.ts';
import type { LivenessVerdict } from '../agents/liveness.ts';
import type { LivenessAssessor } from '../agents/livenessAssessor.ts';
import type { FolderChange, FolderWatcher } from '../agents/folderWatcher.ts';
import { HeardChanges } from '../agents/heardChanges.ts';
import { entryOf, lookAt, type EntrySource } from './holderEvidence.ts';
import { nextChange, snapshotHolder } from './holderSnapshot.ts';
import type { LockConfig } from './lockConfig.ts';
import type { LockHolder } from './lockHolder.ts';
import type { LockMoment, Look } from './lockMoment.ts';
import type { PathRules } from './lockPath.ts';
import {
  diffLocks,
  isEmptyLockDiff,
  type HolderSnapshot,
  type LockDiff,
  type LockSnapshot,
} from './lockSnapshot.ts';
import type { LockStore } from './lockStore.ts';
import type { LockView } from './lockTable.ts';

export interface LockChange {
  readonly snapshot: LockSnapshot;
  readonly diff: LockDiff;
}

export interface LockMonitorOptions {
  readonly root: string;
  readonly folder: string;
  readonly rules: PathRules;
  readonly store: LockStore;
  readonly entries: EntrySource;
  readonly assessor: LivenessAssessor;
  readonly config: () => LockConfig;
  readonly watcher: FolderWatcher;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How often processes are looked at: their death writes no file. */
  readonly livenessIntervalMs?: number | undefined;
  /** How often everything is looked at again, in case an event was lost. */
  readonly rescanIntervalMs?: number | undefined;
}

const defaultLivenessIntervalMs = 2000;
const defaultRescanIntervalMs = 45_000;
/** Timers are late rather than early, so that what should be over is over. */
const timerSlackMs = 5;

/**
 * Keeps an immutable snapshot of all locks current and tells of changes. A change of one file costs one
 * read and one look at its holder's process; all processes are looked at in turn. It never rejects.
 */
export class LockMonitor implements Disposable {
  private readonly own = new DisposableStore();
  private readonly _onDidChange: Emitter<LockChange>;
  readonly onDidChange: Event<LockChange>;
  private readonly run: CoalescedRun;
  private current: LockSnapshot;
  private readonly heard = new HeardChanges();
  /** Verdicts by holder, as of the last look at its process. */
  private looks = new Map<number, { readonly holder: LockHolder; readonly look: Look }>();
  private isLookDue = true;
  private livenessTimer: Disposable | undefined;
  private endTimer: Disposable | undefined;
  private rescanTimer: Disposable | undefined;

  constructor(private readonly options: LockMonitorOptions) {
    const { logger, root, folder, rules, watcher } = options;
    this._onDidChange = this.own.add(
      new Emitter<LockChange>((error) => logger.error('A listener failed.', error)),
    );
    this.onDidChange = this._onDidChange.event;
    this.current = { root, folder, rules, state: { kind: 'loading' }, holders: [], broken: [] };
    this.run = this.own.add(
      new CoalescedRun(
        () => this.update(),
        (error) => logger.error('Updating the locks failed.', error),
      ),
    );
    this.own.add(watcher.onDidChange((change) => this.hear(change)));
    for (const timer of ['livenessTimer', 'endTimer', 'rescanTimer'] as const) {
      this.own.add({ dispose: () => this[timer]?.dispose() });
    }
    this.armRescan();
  }

  get snapshot(): LockSnapshot {
    return this.current;
  }

  /** Looks at everything again; resolves when the snapshot shows what was found. */
  refresh(): Promise<void> {
    this.heard.addEverything();
    return this.lookAgain();
  }

  /** Looks at the holders' agents and processes again, and at no file. */
  lookAgain(): Promise<void> {
    this.isLookDue = true;
    return this.run.request();
  }

  dispose(): void {
    this.own.dispose();
  }

  private hear(change: FolderChange): void {
    this.heard.add(change);
    void this.run.request();
  }

  private async update(): Promise<void> {
    const scope = this.heard.take();
    const startedMs = this.options.clock.now();
    try {
      const { view, broken } = await this.options.store.refresh(scope);
      const isPresent = await this.options.store.exists();
      const entries = await this.options.entries.refresh();
      await this.lookWhereDue(view, entries);
      this.publish({
        ...this.current,
        state: { kind: isPresent ? 'ready' : 'absent' },
        holders: this.holdersOf(view, entries),
        broken,
      });
    } catch (error) {
      // The last good picture stays; only its state says that it is old.
      this.heard.addEverything();
      this.options.logger.warn('The locks could not be read.', error);
      this.publish({ ...this.current, state: { kind: 'failed', problem: errorText(error) } });
    }
    this.armLiveness();
    this.armEnd(startedMs);
  }

  private async lookWhereDue(view: LockView, entries: AgentView): Promise<void> {
    const isDue = this.isLookDue;
    this.isLookDue = false;
    const holders = [...view.holders()];
    const due = holders.filter(
      (holder) => needsLook(holder) && (isDue || this.looks.get(holder.id)?.holder !== holder),
    );
    if (due.length > 0 || isDue) {
      const look = await lookAt(due, { entries, assessor: this.options.assessor });
      for (const holder of due) this.looks.set(holder.id, { holder, look });
    }
    for (const id of this.looks.keys()) if (view.get(id) === undefined) this.looks.delete(id);
  }

  private holdersOf(view: LockView, entries: AgentView): readonly HolderSnapshot[] {
    const lookup = actorLookup(entries);
    const known = new Map(this.current.holders.map((each) => [each.holder.id, each]));
    const snapshots = [...view.holders()].map((holder) => {
      const look = this.looks.get(holder.id)?.look;
      const verdict = look?.verdictOf(holder) ?? notLookedAt;
      const facts = { holder, verdict, entry: entryOf(holder, entries), lookup };
      return snapshotHolder(facts, known.get(holder.id), this.moment(look));
    });
    return snapshots.sort((a, b) => a.holder.id - b.holder.id);
  }

  private moment(look: Look | undefined): LockMoment {
    const { clock, config } = this.options;
    return {
      nowMs: clock.now(),
      config: config(),
      look: look ?? nothingKnown,
      record: () => undefined,
    };
  }

  private publish(next: LockSnapshot): void {
    const diff = diffLocks(this.current, next);
    if (isEmptyLockDiff(diff)) return;
    this.current = next;
    this._onDidChange.fire({ snapshot: next, diff });
  }

  private armLiveness(): void {
    this.livenessTimer?.dispose();
    if (this.own.isDisposed || !this.current.holders.some(({ holder }) => needsLook(holder)))
      return;
    const delayMs = this.options.livenessIntervalMs ?? defaultLivenessIntervalMs;
    this.livenessTimer = this.options.clock.after(delayMs, () => void this.lookAgain());
  }

  /** One timer for the first lock that ends by the clock. */
  private armEnd(lookedAtMs: number): void {
    this.endTimer?.dispose();
    if (this.own.isDisposed) return;
    const moment = { nowMs: lookedAtMs, config: this.options.config() };
    let nextMs = Number.POSITIVE_INFINITY;
    for (const each of this.current.holders) nextMs = Math.min(nextMs, nextChange(each, moment));
    if (!Number.isFinite(nextMs)) return;
    const delayMs = Math.max(0, nextMs - this.options.clock.now()) + timerSlackMs;
    const maxTimerMs = 0x7fff_ffff;
    this.endTimer = this.options.clock.after(Math.min(delayMs, maxTimerMs), () => {
      void this.run.request();
    });
  }

  private armRescan(): void {
    if (this.own.isDisposed) return;
    const delayMs = this.options.rescanIntervalMs ?? defaultRescanIntervalMs;
    this.rescanTimer = this.options.clock.after(delayMs, () => {
      void this.refresh();
      this.armRescan();
    });
  }
}

const notLookedAt: LivenessVerdict = { liveness: 'unknown', reason: 'no-process' };
const nothingKnown: Look = {
  verdictOf: () => notLookedAt,
  waitVerdictOf: () => notLookedAt,
  isAncestor: () => false,
};

/** Who holds nothing and waits for nothing is of no interest until that changes. */
function needsLook(holder: LockHolder): boolean {
  return holder.locks.size > 0 || holder.waits.length > 0;
}
