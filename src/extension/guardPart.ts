import type { Disposable } from '../base/lifecycle.ts';

/** A part of the editor guard. */
export interface GuardPart extends Disposable {
  /**
   * Looks at the editors and locks again. Returns the instant at which something looks different by
   * time alone; infinity for never.
   */
  update(nowMs: number): number;
}
