import type { Clock } from '../../base/clock.ts';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import { repeatedly } from '../../core/sessions/sessionCollector.ts';

export interface OwnerClockPorts {
  readonly clock: Clock;
  readonly leaseTtlMs: number;
  readonly renew: () => void;
  readonly lookAtInboxes: () => void;
}

/** How often inboxes are looked at when nobody says that they changed. */
const inboxLookMs = 5000;

/** What an owner does again and again, for as long as it holds anything. */
export class OwnerClock implements Disposable {
  private timers: Disposable | undefined;

  constructor(private readonly ports: OwnerClockPorts) {}

  /** Ticks only while that is needed. */
  keep(isNeeded: boolean): void {
    if (isNeeded === (this.timers !== undefined)) return;
    this.timers?.dispose();
    this.timers = isNeeded ? this.start() : undefined;
  }

  dispose(): void {
    this.keep(false);
  }

  private start(): Disposable {
    const { clock, leaseTtlMs, renew, lookAtInboxes } = this.ports;
    const timers = new DisposableStore();
    timers.add(repeatedly(clock, { intervalMs: leaseTtlMs / 3, run: renew }));
    timers.add(repeatedly(clock, { intervalMs: inboxLookMs, run: lookAtInboxes }));
    return timers;
  }
}
