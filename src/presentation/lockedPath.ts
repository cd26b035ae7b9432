import type { LockPath } from '../core/locks/lockPath.ts';
import type { HeldPath } from '../core/locks/lockSnapshot.ts';
import type { PathWait } from './changedHolds.ts';

/** How something held looks from afar. What is `quiet` is not counted. */
export type LockKind = 'contended' | 'other' | 'mine' | 'shared' | 'quiet';

/** A path that is held, with everybody who has it and everybody who waits for it. */
export interface LockedPath {
  readonly key: string;
  readonly path: LockPath;
  readonly isGlob: boolean;
  readonly kind: LockKind;
  readonly isMine: boolean;
  /** By holder, in the order in which they are known. */
  readonly holds: ReadonlyMap<number, HeldPath>;
  /** Those who come first are first. */
  readonly waits: readonly PathWait[];
}
