import { systemClock, type Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import type { AgentEntry } from '../../core/agents/agentEntry.ts';
import type { ContextKeys } from '../contextKeys.ts';
import { contextKeys } from '../ids.ts';

/** One entry that was reaped, as it was then written. */
export interface ReapedAgent {
  /** The folder that contains `.heddle`. */
  readonly root: string;
  readonly entry: AgentEntry;
}

/** What one reap did. */
export type ReapedBatch = readonly ReapedAgent[];

/** How long a reap can be taken back. */
const undoMs = 2 * 60 * 1000;

/** Remembers for two minutes what was reaped, and says in a context key whether anything is. */
export class ReapUndo implements Disposable {
  private batches: readonly { readonly batch: ReapedBatch; readonly expiry: Disposable }[] = [];

  constructor(
    private readonly keys: Pick<ContextKeys, 'set'>,
    private readonly clock: Clock = systemClock,
  ) {}

  remember(batch: ReapedBatch): void {
    if (batch.length === 0) return;
    const expiry = this.clock.after(undoMs, () => void this.take(batch));
    this.batches = [...this.batches, { batch, expiry }];
    this.updateKey();
  }

  /** Hands out a batch, the latest when none is named, once. Undefined when it is too late. */
  take(batch?: ReapedBatch): ReapedBatch | undefined {
    const known =
      batch === undefined
        ? this.batches.at(-1)
        : this.batches.find((remembered) => remembered.batch === batch);
    if (known === undefined) return undefined;
    known.expiry.dispose();
    this.batches = this.batches.filter((other) => other !== known);
    this.updateKey();
    return known.batch;
  }

  dispose(): void {
    for (const { expiry } of this.batches) expiry.dispose();
    this.batches = [];
  }

  private updateKey(): void {
    this.keys.set(contextKeys.canUndoReap, this.batches.length > 0);
  }
}
