import * as vscode from 'vscode';
import { sessionIdOf, type LockWait } from '../core/locks/lockHolder.ts';
import type { HeldPath, HolderSnapshot, LockSnapshot } from '../core/locks/lockSnapshot.ts';
import type { LockPicture, LockPictures } from './lockPictures.ts';

/** The file locks of one root. Everything in it is frozen. */
export interface ApiLocks {
  /** The folder that contains `.heddle`. */
  readonly root: string;
  readonly state: 'loading' | 'absent' | 'ready' | 'failed';
  readonly locks: readonly ApiLock[];
  readonly waits: readonly ApiLockWait[];
  readonly unreadable: readonly { readonly file: string; readonly problem: string }[];
}

export interface ApiLockHolder {
  readonly id: number;
  readonly name: string;
  /** Of its agent, where it has one. */
  readonly sessionId: string | undefined;
  /** Whether it is the person at this window. */
  readonly isMine: boolean;
}

export interface ApiLock {
  /** Relative to the repository, with `/`; it covers itself and everything below it. */
  readonly path: string;
  readonly mode: 'exclusive' | 'shared';
  /** Stands for unsaved changes. */
  readonly isSoft: boolean;
  readonly token: number;
  readonly holder: ApiLockHolder;
  readonly reason: string | undefined;
  /** Milliseconds since the epoch. */
  readonly grantedAtMs: number;
  /** When it ends as far as is known; undefined for one that lasts until it is released. */
  readonly endsAtMs: number | undefined;
}

export interface ApiLockWait {
  readonly paths: readonly string[];
  readonly mode: 'exclusive' | 'shared';
  /** Whoever has a smaller one comes first. */
  readonly ticket: number;
  readonly holder: ApiLockHolder;
  readonly sinceMs: number;
}

export interface LocksApi {
  getLocks(): readonly ApiLocks[];
  readonly onDidChangeLocks: vscode.Event<readonly ApiLocks[]>;
}

/** A frozen facade over the file locks. What did not change is the same object as before. */
export function createLocksApi(pictures: LockPictures): LocksApi {
  const byHolder = new WeakMap<HolderSnapshot, HolderLocks>();
  const bySnapshot = new WeakMap<LockSnapshot, ApiLocks>();
  let shown: readonly ApiLocks[] = Object.freeze([]);
  const getLocks = (): readonly ApiLocks[] => {
    const now = pictures.roots.map((picture) => {
      const { snapshot } = picture.locks;
      const known = bySnapshot.get(snapshot) ?? toApiLocks(picture, byHolder);
      bySnapshot.set(snapshot, known);
      return known;
    });
    const isSame = now.length === shown.length && now.every((item, i) => item === shown[i]);
    if (!isSame) shown = Object.freeze(now);
    return shown;
  };
  const onDidChangeLocks: LocksApi['onDidChangeLocks'] = (listener, thisArg, disposables) => {
    const inner = pictures.onDidChange(() => void listener.call(thisArg, getLocks()));
    const subscription = new vscode.Disposable(() => inner.dispose());
    disposables?.push(subscription);
    return subscription;
  };
  return { getLocks, onDidChangeLocks };
}

interface HolderLocks {
  readonly locks: readonly ApiLock[];
  readonly waits: readonly ApiLockWait[];
}

function toApiLocks(
  { locks, paths }: LockPicture,
  cache: WeakMap<HolderSnapshot, HolderLocks>,
): ApiLocks {
  const { snapshot } = locks;
  const holders = snapshot.holders.map((holder) => {
    const known =
      cache.get(holder) ?? toHolderLocks(holder, paths.face(holder.holder.id)?.isMine === true);
    cache.set(holder, known);
    return known;
  });
  return Object.freeze({
    root: snapshot.root,
    state: snapshot.state.kind,
    locks: Object.freeze(holders.flatMap((each) => each.locks)),
    waits: Object.freeze(holders.flatMap((each) => each.waits)),
    unreadable: Object.freeze(
      snapshot.broken.map(({ fileName, problem }) => Object.freeze({ file: fileName, problem })),
    ),
  });
}

function toHolderLocks(snapshot: HolderSnapshot, isMine: boolean): HolderLocks {
  const { id, name } = snapshot.holder;
  const sessionId = sessionIdOf(snapshot.holder);
  const holder: ApiLockHolder = Object.freeze({ id, name, sessionId, isMine });
  return {
    locks: snapshot.locks.map((held) => toApiLock(held, holder)),
    waits: snapshot.waits.map((wait) => toApiWait(wait, holder)),
  };
}

function toApiLock({ lock, end }: HeldPath, holder: ApiLockHolder): ApiLock {
  const { path, mode, isSoft, token, reason, grantedAtMs } = lock;
  return Object.freeze({
    ...{ path, mode, isSoft, token, holder, reason, grantedAtMs },
    endsAtMs: end.atMs,
  });
}

function toApiWait({ paths, mode, ticket, sinceMs }: LockWait, holder: ApiLockHolder): ApiLockWait {
  return Object.freeze({ paths: Object.freeze([...paths]), mode, ticket, holder, sinceMs });
}
