import type { Clock } from '../../base/clock.ts';
import type { ActivityEvent } from '../activity/activityEvent.ts';
import type { ActivitySink } from '../activity/activityLog.ts';
import type { LivenessAssessor } from '../agents/livenessAssessor.ts';
import { withoutEnded } from './endedLocks.ts';
import { lookAt, type EntrySource } from './holderEvidence.ts';
import { findHolder, findOrMakeHolder, type HolderRef } from './holderRef.ts';
import type { LockConfig } from './lockConfig.ts';
import type { LockHolder } from './lockHolder.ts';
import type { LockMoment } from './lockMoment.ts';
import type { LockPath } from './lockPath.ts';
import type { LockStore, TransactOptions } from './lockStore.ts';
import { keyOf, type LockBook, type LockView } from './lockTable.ts';

export interface FileLocksPorts {
  readonly store: LockStore;
  /** The agents to whom holders may belong. */
  readonly entries: EntrySource;
  readonly assessor: LivenessAssessor;
  readonly clock: Clock;
  /** Asked at each operation, because settings change. */
  readonly config: () => LockConfig;
  readonly activity: ActivitySink;
}

/** Whose processes must be looked at: those in the way of some paths, or everybody's. */
export interface LockScope {
  readonly paths?: readonly LockPath[] | 'all';
  readonly ref?: HolderRef | undefined;
}

/** What a rule works with while nobody else may write. */
export interface LockWork {
  readonly book: LockBook;
  readonly moment: LockMoment;
  /** The holder that the scope names, where there is one. */
  readonly holder: LockHolder | undefined;
}

export interface LockLook {
  readonly view: LockView;
  readonly moment: LockMoment;
  readonly holder: LockHolder | undefined;
}

/** Brings together what a rule needs: the holders, the evidence about their processes, and the time. */
export class LockAccess {
  constructor(private readonly ports: FileLocksPorts) {}

  /** Applies a rule and nothing else; nothing is written and nothing recorded. */
  async look<T>(scope: LockScope, work: (at: LockLook) => T): Promise<T> {
    const { view } = await this.ports.store.refresh();
    const holder = scope.ref && findHolder(view, scope.ref);
    const moment = await this.momentFor(view, scope, { holder, record: () => undefined });
    return work({ view, moment, holder });
  }

  /** Applies a rule under the write lock; what it records is logged when its changes are stored. */
  async change<T>(
    scope: LockScope,
    work: (at: LockWork) => T,
    options?: TransactOptions,
  ): Promise<T> {
    return this.run(
      scope,
      options,
      (view) => Promise.resolve(scope.ref && findHolder(view, scope.ref)),
      work,
    );
  }

  /** The same for a holder that comes into being with this change, if it is not known. */
  async changeAs<T>(
    scope: LockScope & { readonly ref: HolderRef },
    work: (at: LockWork & { readonly holder: LockHolder }) => T,
    options?: TransactOptions,
  ): Promise<T> {
    const { entries, clock } = this.ports;
    return this.run(
      scope,
      options,
      async (view, record) => {
        const known = findHolder(view, scope.ref);
        const all = { view, entries: await entries.refresh() };
        const holder = findOrMakeHolder(all, scope.ref, clock.now());
        if (known === undefined || known.process === holder.process) return holder;
        // What ended with the process before it does not go over to the new one.
        const moment = await this.momentFor(view, {}, { holder: known, record });
        return { ...withoutEnded(known, moment), name: holder.name, process: holder.process };
      },
      work,
    );
  }

  private async run<T, H extends LockHolder | undefined>(
    scope: LockScope,
    options: TransactOptions | undefined,
    findWho: (view: LockView, record: LockMoment['record']) => Promise<H>,
    work: (at: { book: LockBook; moment: LockMoment; holder: H }) => T,
  ): Promise<T> {
    const events: ActivityEvent[] = [];
    const record = (event: ActivityEvent): void => void events.push(event);
    const result = await this.ports.store.transact(async (book) => {
      const holder = await findWho(book, record);
      const moment = await this.momentFor(book, scope, { holder, record });
      return work({ book, moment, holder });
    }, options);
    if (events.length > 0) await this.ports.activity.append(events);
    return result;
  }

  private async momentFor(
    view: LockView,
    { paths = [] }: LockScope,
    {
      holder,
      record,
    }: {
      readonly holder: LockHolder | undefined;
      readonly record: (event: ActivityEvent) => void;
    },
  ): Promise<LockMoment> {
    const { assessor, clock, config } = this.ports;
    const concerned = paths === 'all' ? new Set(view.holders()) : inTheWay(view, paths);
    if (holder) concerned.add(holder);
    const entries = await this.ports.entries.refresh();
    const look = await lookAt([...concerned], { entries, assessor });
    return { nowMs: clock.now(), config: config(), look, record };
  }
}

/** Holders of something on the way, and, where anybody waits at all, waiters and those they wait for. */
function inTheWay(view: LockView, paths: readonly LockPath[]): Set<LockHolder> {
  const concerned = new Set<LockHolder>();
  const addHoldersOf = (path: LockPath): void => {
    for (const { holderId } of view.overlapping(keyOf(path, view.rules))) {
      const holder = view.get(holderId);
      if (holder) concerned.add(holder);
    }
  };
  for (const path of paths) addHoldersOf(path);
  for (const waiter of view.waiters()) {
    concerned.add(waiter);
    for (const wait of waiter.waits) for (const path of wait.paths) addHoldersOf(path);
  }
  return concerned;
}
