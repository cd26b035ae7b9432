import { endOf, isStanding } from './endedLocks.ts';
import type { FileLock } from './fileLock.ts';
import { grant } from './granting.ts';
import { reapHolders, type ReapedHolder } from './holderReaping.ts';
import type { HolderRef } from './holderRef.ts';
import { importSerialized, type ImportOutcome } from './importing.ts';
import { LockAccess, type FileLocksPorts } from './lockAccess.ts';
import { checkLock, type LockCheck } from './lockCheck.ts';
import { conflictsOf } from './lockConflicts.ts';
import type { LockEnd } from './lockEnd.ts';
import type { HolderProcess, LockHolder } from './lockHolder.ts';
import type { LockMoment } from './lockMoment.ts';
import { parseLockPath, type LockPath } from './lockPath.ts';
import { checkRequest, parsePaths, type LockOutcome, type LockRequest } from './lockRequest.ts';
import { keyOf } from './lockTable.ts';
import { beat, noteEditOf, setTurn } from './registering.ts';
import { breakLocks, release, type EndedHold } from './releasing.ts';
import { asRequester } from './requester.ts';
import { noteSavedOver } from './savingOver.ts';
import { closeTurn } from './turnClosing.ts';
import { serialize, type SerializedRegistry } from './serializedRegistry.ts';
import { enqueue, leaveQueue, type WaitOutcome } from './waiting.ts';

/** A request without its holder, who is named apart. */
export type LockWish = Omit<LockRequest, 'holderId'>;

export interface QueueWish extends LockWish {
  /** How long to wait, in milliseconds. */
  readonly limitMs: number;
  /** The process that waits. */
  readonly process: HolderProcess | undefined;
}

/** A lock that stands, with what is known of its end. */
export interface StandingLock {
  readonly holder: LockHolder;
  readonly lock: FileLock;
  readonly end: LockEnd;
}

/**
 * Locks that all processes on a repository share: the rules of `LockRegistry`, applied under the write
 * lock of the store, with evidence about the processes of those who stand in the way. Every method may
 * throw `RegistryError` with a code of the store or `invalid-path`.
 */
export class FileLocks {
  private readonly access: LockAccess;

  constructor(ports: FileLocksPorts) {
    this.access = new LockAccess(ports);
  }

  /** Takes all paths or none. @throws RegistryError `invalid-ttl`, `invalid-holder`, `not-active` */
  async lock(ref: HolderRef, wish: LockWish): Promise<LockOutcome> {
    const paths = parsePaths(wish.paths);
    return this.access.changeAs({ ref, paths }, (work) => {
      const { book } = work;
      const { holder, moment } = asRequester(work.holder, work.moment);
      // A holder comes into being with its first grant, not with a refusal.
      const isKnown = book.get(holder.id) !== undefined;
      book.put(holder);
      const outcome = grant(book, { ...wish, holderId: holder.id }, moment);
      if (outcome.kind === 'held' && !isKnown) book.remove(holder.id);
      return outcome;
    });
  }

  /** Takes all paths, or else a place in the queue for them, in one step. */
  async lockOrQueue(
    ref: HolderRef,
    { limitMs, process, ...wish }: QueueWish,
  ): Promise<LockOutcome | WaitOutcome> {
    const paths = parsePaths(wish.paths);
    return this.access.changeAs({ ref, paths }, (work) => {
      const { book } = work;
      const { holder, moment } = asRequester(work.holder, work.moment);
      book.put(holder);
      const request = { ...wish, holderId: holder.id };
      const outcome = grant(book, request, withoutRefusals(moment));
      if (outcome.kind === 'granted') return outcome;
      return enqueue(book, { request, limitMs, process }, moment);
    });
  }

  /** True when a request would be granted now. Asking takes no lock of the store. */
  async isFree(ref: HolderRef, wish: LockWish): Promise<boolean> {
    const paths = parsePaths(wish.paths);
    return this.access.look({ ref, paths }, ({ view, holder, moment }) => {
      const request = checkRequest(
        { ...wish, holderId: holder?.id ?? 0 },
        { config: moment.config, keyOf: (path) => keyOf(path, view.rules) },
      );
      return conflictsOf(view, request, moment).length === 0;
    });
  }

  /** Gives up a place in the queue. */
  leaveQueue(ref: HolderRef, ticket: number): Promise<void> {
    return this.access.change({ ref }, ({ book, holder }) => {
      if (holder) leaveQueue(book, holder.id, ticket);
    });
  }

  /**
   * Gives back what the holder has at exactly these paths, and what its descendants have there or
   * below; without paths everything of its own. What nobody holds is no error.
   */
  async release(ref: HolderRef, paths?: readonly LockPath[]): Promise<readonly EndedHold[]> {
    const parsed = paths?.map(parseLockPath);
    return this.access.change({ ref, paths: parsed ?? [] }, ({ book, holder, moment }) => {
      if (holder === undefined) return [];
      return release(book, { holderId: holder.id, ...(parsed && { paths: parsed }) }, moment);
    });
  }

  /** Takes a path away from everybody but the one who asks, and lets them know why. */
  async break({
    path,
    by,
    ...options
  }: {
    readonly path: LockPath;
    readonly by?: HolderRef | undefined;
    readonly byName: string;
    readonly reason: string | undefined;
    readonly isSoftOnly?: boolean;
  }): Promise<readonly EndedHold[]> {
    const parsed = parseLockPath(path);
    return this.access.change({ ref: by, paths: [parsed] }, ({ book, holder, moment }) =>
      breakLocks(book, { ...options, path: parsed, by: holder }, moment),
    );
  }

  /** Notes that somebody changed a path that others hold, and counts it as an edit of theirs. */
  noteSavedOver(
    ref: HolderRef,
    path: LockPath,
    how: { readonly cause?: string; readonly reason?: string } = {},
  ): Promise<void> {
    return this.access.changeAs({ ref, paths: [path] }, ({ book, holder, moment }) => {
      book.put(holder);
      noteEditOf(book, holder.id, moment);
      const by = book.get(holder.id);
      noteSavedOver(book, { path: parseLockPath(path), by, byName: holder.name, ...how }, moment);
    });
  }

  /** Whether what was granted under a token still stands. Writes nothing. */
  async check(ref: HolderRef, path: LockPath, token: number): Promise<LockCheck> {
    const parsed = parseLockPath(path);
    return this.access.look({ ref, paths: [parsed] }, ({ view, holder, moment }) =>
      checkLock(view, { holderId: holder?.id, path: parsed, token }, moment),
    );
  }

  /** Who holds a path, something around it or something in it. Writes nothing. */
  async holdersOf(path: LockPath): Promise<readonly StandingLock[]> {
    const parsed = parseLockPath(path);
    return this.access.look({ paths: [parsed] }, ({ view, moment }) =>
      view.overlapping(keyOf(parsed, view.rules)).flatMap(({ holderId, lock }) => {
        const holder = view.get(holderId);
        return holder ? standing(holder, lock, moment) : [];
      }),
    );
  }

  /** Every lock that stands. Writes nothing. */
  list(): Promise<readonly StandingLock[]> {
    return this.access.look({ paths: 'all' }, ({ view, moment }) =>
      [...view.holders()].flatMap((holder) =>
        [...holder.locks.values()].flatMap((lock) => standing(holder, lock, moment)),
      ),
    );
  }

  /** A sign of life; it registers whoever is not known. */
  heartbeat(ref: HolderRef): Promise<LockHolder> {
    return this.access.changeAs(
      { ref },
      ({ book, holder, moment }) => {
        book.put(holder);
        return beat(book, holder.id, moment);
      },
      { isDurable: false },
    );
  }

  /** Counts an edit, which is a sign of life as well; nothing for who is not known. */
  noteEdit(ref: HolderRef): Promise<void> {
    return this.access.change({ ref }, ({ book, holder, moment }) => {
      if (holder) noteEditOf(book, holder.id, moment);
    });
  }

  /** Opens or closes the turn of a holder: only in a turn does its running process keep its locks. */
  setTurn(ref: HolderRef, turn: LockHolder['turn']): Promise<void> {
    return this.access.change({ ref }, ({ book, holder, moment }) => {
      if (holder) setTurn(book, holder.id, { turn, moment });
    });
  }

  /**
   * Ends the turn of a holder: what hooks took for it is given back, or, where somebody else found that
   * its turn is over, taken from it with this cause, of which it is told. Nothing for who is not known.
   */
  closeTurn(
    ref: HolderRef,
    how: { readonly edits?: number; readonly over?: string } = {},
  ): Promise<readonly FileLock[]> {
    return this.access.change({ ref }, ({ book, holder, moment }) =>
      holder ? closeTurn(book, { holderId: holder.id, ...how }, moment) : [],
    );
  }

  /** Removes a holder with its locks and its record; its number is not used again. */
  unregister(ref: HolderRef): Promise<void> {
    return this.access.change({ ref }, ({ book, holder, moment }) => {
      if (holder === undefined) return;
      release(book, { holderId: holder.id }, moment);
      book.remove(holder.id);
    });
  }

  /** Marks the silent and the gone as crashed and drops every lock that is over. */
  reap(): Promise<readonly ReapedHolder[]> {
    return this.access.change({ paths: 'all' }, ({ book, moment }) => reapHolders(book, moment));
  }

  /** All holders and standing locks in the seed's serialised form. Writes nothing. */
  export(): Promise<SerializedRegistry> {
    return this.access.look({ paths: 'all' }, ({ view, moment }) => serialize(view, moment));
  }

  /** Merges a snapshot in that form. @throws RegistryError `invalid-snapshot` */
  import(snapshot: SerializedRegistry, isReplacing: boolean): Promise<ImportOutcome> {
    return this.access.change({ paths: 'all' }, ({ book, moment }) =>
      importSerialized(book, { snapshot, isReplacing }, moment),
    );
  }
}

function standing(holder: LockHolder, lock: FileLock, moment: LockMoment): StandingLock[] {
  return isStanding(holder, lock, moment)
    ? [{ holder, lock, end: endOf(holder, lock, moment) }]
    : [];
}

/** Whoever goes on to wait is recorded as waiting. */
function withoutRefusals(moment: LockMoment): LockMoment {
  return {
    ...moment,
    record: (event) => {
      if (event.kind !== 'lock-refused') moment.record(event);
    },
  };
}
