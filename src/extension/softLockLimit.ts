import { maxSoftLocks } from '../core/locks/softLockPace.ts';

/**
 * Lets no more than so many files have soft locks of their own, and tells once when there are more. It
 * is told again only after half of them are done with, not whenever one file is saved.
 */
export class SoftLockLimit {
  private isTold = false;

  constructor(
    private readonly tell: (max: number) => void,
    private readonly max = maxSoftLocks,
  ) {}

  /** Whether one more may have a lock, when so many have one. */
  admits(count: number): boolean {
    if (count < this.max) return true;
    if (!this.isTold) this.tell(this.max);
    this.isTold = true;
    return false;
  }

  /** Has to be called when a file is done with; so many are left. */
  noteLeft(count: number): void {
    if (count <= this.max / 2) this.isTold = false;
  }
}
