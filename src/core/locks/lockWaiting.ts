import type { Clock } from '../../base/clock.ts';
import type { Event } from '../../base/event.ts';
import { isRegistryError } from '../agents/registryError.ts';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import type { FileLocks, LockWish, QueueWish } from './fileLocks.ts';
import type { HolderRef } from './holderRef.ts';
import type { LockHolder } from './lockHolder.ts';
import type { LockOutcome } from './lockRequest.ts';
import type { WaitOutcome } from './waiting.ts';

export type WaitedOutcome =
  LockOutcome | Extract<WaitOutcome, { readonly kind: 'deadlock' }> | { readonly kind: 'stopped' };

export interface LockWaitingOptions {
  readonly clock: Clock;
  /** Tells that locks may have changed. */
  readonly onDidChange: Event<unknown>;
  /** Ends the wait early. */
  readonly signal: AbortSignal;
  /** Told once when the place in the queue is taken. */
  readonly onQueued?: ((ahead: readonly LockHolder[]) => void) | undefined;
}

/** How often somebody who waits looks without being woken: a process that dies writes no file. */
const lookIntervalMs = 500;

/**
 * Takes all paths of a request as soon as they are free and nobody who came earlier wants them; gives
 * up after the limit. A released path wakes whoever is first at once.
 */
export async function lockWhenFree(
  locks: FileLocks,
  { ref, wish }: { readonly ref: HolderRef; readonly wish: QueueWish },
  options: LockWaitingOptions,
): Promise<WaitedOutcome> {
  const { signal, onQueued } = options;
  const first = await locks.lockOrQueue(ref, wish);
  if (first.kind !== 'queued') return first;
  onQueued?.(first.ahead);
  const { ticket } = first;
  const turn: LockWish = { ...withoutLimit(wish), ticket };
  let wakes: Wakes | undefined;
  let outcome: WaitedOutcome | undefined;
  try {
    wakes = new Wakes(options, wish.limitMs);
    while (outcome === undefined) {
      await wakes.next();
      outcome = signal.aborted
        ? { kind: 'stopped' }
        : await attempt(locks, { ref, turn, isLast: wakes.isLimitOver });
    }
    return outcome;
  } finally {
    wakes?.dispose();
    if (outcome?.kind !== 'granted') await locks.leaveQueue(ref, ticket);
  }
}

async function attempt(
  locks: FileLocks,
  {
    ref,
    turn,
    isLast,
  }: { readonly ref: HolderRef; readonly turn: LockWish; readonly isLast: boolean },
): Promise<LockOutcome | undefined> {
  try {
    if (!isLast && !(await locks.isFree(ref, turn))) return undefined;
    const outcome = await locks.lock(ref, turn);
    return outcome.kind === 'granted' || isLast ? outcome : undefined;
  } catch (error) {
    // Others are busy with the store; there is time to try again.
    if (!isLast && isRegistryError(error, 'lock-timeout')) return undefined;
    throw error;
  }
}

/** Wakes a waiter; what happens while nobody sleeps is remembered until somebody does. */
class Wakes implements Disposable {
  private readonly own = new DisposableStore();
  private isWoken = false;
  private wake: (() => void) | undefined;
  private hasElapsed = false;
  private readonly untilMs: number;

  constructor(
    private readonly options: LockWaitingOptions,
    limitMs: number,
  ) {
    const { clock, onDidChange, signal } = options;
    const rouse = (): void => this.rouse();
    this.untilMs = clock.now() + limitMs;
    const elapse = (): void => {
      this.hasElapsed = true;
      rouse();
    };
    this.own.add(clock.after(limitMs, elapse));
    this.own.add(onDidChange(rouse));
    signal.addEventListener('abort', rouse);
    this.own.add({ dispose: () => signal.removeEventListener('abort', rouse) });
  }

  /** By the wall clock, which goes on while a machine sleeps, or by elapsed time, which nobody sets back. */
  get isLimitOver(): boolean {
    return this.hasElapsed || this.options.clock.now() >= this.untilMs;
  }

  /** Resolves when something changed, when it is time to look anyway, or when the wait is over. */
  async next(): Promise<void> {
    const { clock, signal } = this.options;
    if (!this.isWoken && !signal.aborted && !this.isLimitOver) {
      const leftMs = Math.max(0, this.untilMs - clock.now());
      await new Promise<void>((resolve) => {
        const timer = clock.after(Math.min(lookIntervalMs, leftMs), resolve);
        this.wake = () => {
          timer.dispose();
          resolve();
        };
      });
    }
    this.wake = undefined;
    this.isWoken = false;
  }

  dispose(): void {
    this.own.dispose();
  }

  private rouse(): void {
    this.isWoken = true;
    this.wake?.();
  }
}

function withoutLimit({
  paths,
  mode,
  ttlMs,
  isUntilReleased,
  isSoft,
  reason,
}: QueueWish): LockWish {
  return { paths, mode, ttlMs, isUntilReleased, isSoft, reason };
}
