import type * as vscode from 'vscode';
import type { EndedLock, FileLock } from '../core/locks/fileLock.ts';
import { lockKey } from '../core/locks/lockPath.ts';
import { covers } from '../core/locks/pathOverlap.ts';
import type { LocatedPath, RootLocks } from './lockSet.ts';
import type { WindowHolder } from './windowHolder.ts';

/** The soft locks of this window, from the snapshots. */
export class OwnSoftLocks {
  constructor(
    private readonly windowHolder: WindowHolder,
    private readonly logger: vscode.LogOutputChannel,
  ) {}

  in(root: RootLocks): readonly FileLock[] {
    const locks = this.windowHolder.snapshotIn(root)?.locks ?? [];
    return locks.map(({ lock }) => lock).filter(({ isSoft }) => isSoft);
  }

  has({ root, path }: LocatedPath): boolean {
    const key = lockKey(path, root.snapshot.rules);
    const held = this.windowHolder.snapshotIn(root)?.locks.find((each) => each.key === key);
    return held?.lock.isSoft === true;
  }

  /** True when the person has locked the path, or something around it, by hand. */
  isHeldByHand({ root, path }: LocatedPath): boolean {
    const key = lockKey(path, root.snapshot.rules);
    const mine = this.windowHolder.snapshotIn(root)?.locks ?? [];
    return mine.some(({ key: held, lock }) => !lock.isSoft && covers(held, key));
  }

  wasBroken(root: RootLocks, token: number): boolean {
    return isBroken(this.windowHolder.snapshotIn(root)?.holder.ended ?? [], token);
  }

  /** Never rejects: what is not given back ends by itself. */
  async release({ root, path }: LocatedPath): Promise<void> {
    try {
      // Not from the snapshot: the person may have locked the file by hand meanwhile, which must stay.
      const standing = await root.locks.holdersOf(path);
      const key = lockKey(path, root.snapshot.rules);
      const isHeld = standing.some(
        ({ holder, lock }) =>
          lock.isSoft &&
          this.windowHolder.isMine({ holder }) &&
          lockKey(lock.path, root.snapshot.rules) === key,
      );
      if (isHeld) await root.locks.release(await this.windowHolder.ref(root), [path]);
    } catch (error) {
      this.logger.warn('The lock for unsaved changes could not be given back.', error);
    }
  }
}

/** True when somebody broke the lock with this token, as the holder is told. */
export function isBroken(ended: readonly EndedLock[], token: number): boolean {
  return ended.some((each) => each.token === token && each.ending === 'broken');
}
