import { FakeClock } from './fakeClock.ts';

/** A clock that stands still until it is moved, and tells also the time that really passed. */
export class IdentityClock extends FakeClock {
  private readonly startMs = this.now();
  private jumpedMs = 0;

  override jumpTo(wallMs: number): void {
    this.jumpedMs += wallMs - this.now();
    super.jumpTo(wallMs);
  }

  readonly monotonicNow = (): number => this.now() - this.startMs - this.jumpedMs;
}
