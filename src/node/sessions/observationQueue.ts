import { parseProgressEvent } from '../../core/sessions/progressEventCodec.ts';
import type { Closed, Observation } from '../../core/sessions/sessionObserver.ts';
import type { ObservedRecord } from './hostProtocol.ts';

/** What waits for a reader that is slow; the host has as much besides. */
const capacity = 256;

/** What a client was told and has not read yet. What does not fit is dropped, oldest first, and counted. */
export class ObservationQueue {
  private readonly waiting: Observation[] = [];
  private dropped = 0;
  private isClosed = false;
  private wake: () => void = () => undefined;

  push(record: ObservedRecord): void {
    if (this.isClosed) return;
    if (record.kind === 'closed') return void this.close();
    if (this.waiting.length >= capacity) this.drop();
    this.waiting.push(toObservation(record));
    this.wake();
  }

  /** What was told before is still read. */
  close(): void {
    this.isClosed = true;
    this.wake();
  }

  /** Waits for the next. One reader at a time. */
  async next(): Promise<Observation | Closed> {
    for (;;) {
      const { dropped } = this;
      this.dropped = 0;
      if (dropped > 0) return { kind: 'lagged', count: dropped };
      const first = this.waiting.shift();
      if (first) return first;
      if (this.isClosed) return { kind: 'closed' };
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  private drop(): void {
    const oldest = this.waiting.shift();
    this.dropped += oldest?.kind === 'lagged' ? oldest.count : 1;
  }
}

/** An event that cannot be read is one that was missed. */
function toObservation(record: Exclude<ObservedRecord, { kind: 'closed' }>): Observation {
  if (record.kind === 'lagged') return record;
  try {
    return { kind: 'event', event: parseProgressEvent(record.event) };
  } catch {
    return { kind: 'lagged', count: 1 };
  }
}
