import type { FileLock, LockTerm, SavedOver } from './fileLock.ts';
import { endOf, withoutEnded } from './endedLocks.ts';
import { RegistryError } from '../agents/registryError.ts';
import { withoutFutureTimes } from './futureTimes.ts';
import { maxLocksPerHolder } from './lockConfig.ts';
import { conflictsOf } from './lockConflicts.ts';
import { lockEvent, partyOfHolder } from './lockEvents.ts';
import { placeholderName, type LockHolder } from './lockHolder.ts';
import type { LockMoment } from './lockMoment.ts';
import {
  checkRequest,
  type CheckedRequest,
  type LockConflict,
  type LockGrant,
  type LockOutcome,
  type LockRequest,
} from './lockRequest.ts';
import { keyOf, type LockBook } from './lockTable.ts';
import { nextToken } from './nextToken.ts';
import type { LockPath } from './lockPath.ts';
import { registerHolderWithId, revived } from './registering.ts';
import { savedOverAt, withoutSavedOver } from './savingOver.ts';

/**
 * Grants all paths of a request or none. What is over is dropped first, so that nobody who is gone
 * stands in the way; a refusal changes no lock. A holder that is not registered becomes `agent-<id>`.
 * @throws RegistryError `invalid-path`, `invalid-ttl`, `invalid-holder`
 */
export function grant(book: LockBook, request: LockRequest, moment: LockMoment): LockOutcome {
  const checked = checkRequest(request, {
    config: moment.config,
    keyOf: (path) => keyOf(path, book.rules),
  });
  dropWhatIsOver(book, checked, moment);
  const conflicts = conflictsOf(book, checked, moment);
  if (conflicts.length > 0) {
    recordRefusal(book, { checked, conflicts }, moment);
    return { kind: 'held', conflicts };
  }
  return grantAll(book, checked, moment);
}

/** Of those whose locks are asked for, and of those who seem to wait since a time that is yet to come. */
function dropWhatIsOver(book: LockBook, request: CheckedRequest, moment: LockMoment): void {
  const ids = new Set<number>();
  for (const key of request.paths.keys()) {
    for (const { holderId } of book.overlapping(key)) ids.add(holderId);
  }
  for (const { id, waits } of book.waiters()) {
    if (waits.some(({ sinceMs }) => sinceMs > moment.nowMs)) ids.add(id);
  }
  ids.delete(request.holderId);
  for (const id of ids) {
    const holder = book.get(id);
    if (holder) book.put(withoutEnded(withoutFutureTimes(holder, moment.nowMs), moment));
  }
}

function grantAll(book: LockBook, request: CheckedRequest, moment: LockMoment): LockOutcome {
  const { nowMs } = moment;
  const id = request.holderId;
  const known =
    book.get(id) ?? registerHolderWithId(book, { id, name: placeholderName(id) }, nowMs);
  const current = revived(withoutEnded(known, moment), nowMs);
  const locks = new Map(current.locks);
  let { lastToken } = book;
  for (const [key, path] of request.paths) {
    const held = locks.get(key);
    const lock = retaken(held, { path, request, nowMs });
    if (lock) locks.set(key, lock);
    else {
      lastToken = nextToken(lastToken, nowMs);
      locks.set(key, newLock(path, { token: lastToken, request, nowMs }));
    }
  }
  assertLockCount(locks.size);
  const waits = current.waits.filter(({ ticket }) => ticket !== request.ticket);
  const savedOver = savedOverFor(book, { request, locks: current.locks });
  const holder: LockHolder = {
    ...current,
    turn: 'open',
    locks: withoutSavedOver(locks, savedOver.values()),
    waits,
    lastToken: Math.max(current.lastToken, lastToken),
  };
  book.put(holder);
  recordGrants(holder, { request, before: current }, moment);
  return { kind: 'granted', holder, grants: grantsOf(holder, { request, savedOver }, moment) };
}

/**
 * The lock as it is after its holder took it again; undefined when that makes it a new one. A term
 * that lasts longer is never cut short by taking the lock in passing.
 */
function retaken(
  held: FileLock | undefined,
  {
    path,
    request,
    nowMs,
  }: { readonly path: string; readonly request: CheckedRequest; readonly nowMs: number },
): FileLock | undefined {
  if (held === undefined) return undefined;
  if (held.mode === 'shared' && request.mode === 'exclusive') return undefined;
  // Unsaved changes in a file that is held by hand need no lock of their own.
  if (request.isSoft && !held.isSoft) return held;
  // A hook only refreshes what its agent took by itself for longer.
  if (request.isTurnBound && held.isTurnBound !== true) return { ...held, refreshedAtMs: nowMs };
  return {
    ...held,
    path,
    isSoft: request.isSoft,
    refreshedAtMs: nowMs,
    term: longerTerm(held, request.term),
    ...turnBound(request),
    reason: request.reason ?? (held.isSoft && !request.isSoft ? undefined : held.reason),
  };
}

function longerTerm(held: FileLock, asked: LockTerm): LockTerm {
  return held.term.kind === 'until-released' ? held.term : asked;
}

function newLock(
  path: string,
  {
    token,
    request,
    nowMs,
  }: { readonly token: number; readonly request: CheckedRequest; readonly nowMs: number },
): FileLock {
  const { mode, term, isSoft, reason } = request;
  return {
    path,
    token,
    mode,
    isSoft,
    grantedAtMs: nowMs,
    refreshedAtMs: nowMs,
    term,
    reason,
    ...turnBound(request),
  };
}

function turnBound({ isTurnBound }: CheckedRequest): Pick<FileLock, 'isTurnBound'> {
  return { isTurnBound: isTurnBound ? true : undefined };
}

/** By key, what the holder has to be told with its grants. */
function savedOverFor(
  book: LockBook,
  {
    request,
    locks,
  }: { readonly request: CheckedRequest; readonly locks: ReadonlyMap<string, FileLock> },
): ReadonlyMap<string, SavedOver | undefined> {
  const toKey = (path: LockPath): string => keyOf(path, book.rules);
  return new Map([...request.paths.keys()].map((key) => [key, savedOverAt(locks, key, toKey)]));
}

function grantsOf(
  holder: LockHolder,
  {
    request,
    savedOver,
  }: {
    readonly request: CheckedRequest;
    readonly savedOver: ReadonlyMap<string, SavedOver | undefined>;
  },
  moment: LockMoment,
): readonly LockGrant[] {
  return [...request.paths].flatMap(([key, path]): LockGrant[] => {
    const lock = holder.locks.get(key);
    if (lock === undefined) return [];
    const expiresAtMs = endOf(holder, lock, moment).atMs;
    return [{ path, lock, expiresAtMs, savedOver: savedOver.get(key) }];
  });
}

/** Only what is new: taking a lock again is a sign of life, not an event. */
function recordGrants(
  holder: LockHolder,
  { request, before }: { readonly request: CheckedRequest; readonly before: LockHolder },
  moment: LockMoment,
): void {
  if (request.isSoft) return;
  const fresh = [...request.paths.keys()].flatMap((key) => {
    const lock = holder.locks.get(key);
    const previous = before.locks.get(key);
    const isSame = previous?.token === lock?.token && previous?.isSoft === false;
    return lock && !isSame ? [lock] : [];
  });
  if (fresh.length === 0) return;
  const fields = {
    atMs: moment.nowMs,
    paths: fresh.map(({ path }) => path),
    tokens: fresh.map(({ token }) => token),
    mode: request.mode,
    reason: request.reason,
  };
  moment.record(lockEvent('lock-granted', holder, fields));
}

/** Whoever waits was recorded when the wait began. */
function recordRefusal(
  book: LockBook,
  {
    checked,
    conflicts,
  }: { readonly checked: CheckedRequest; readonly conflicts: readonly LockConflict[] },
  moment: LockMoment,
): void {
  const [first] = conflicts;
  if (first === undefined || checked.isSoft || Number.isFinite(checked.ticket)) return;
  const id = checked.holderId;
  const holder = book.get(id) ?? { id, name: placeholderName(id), identity: { kind: 'name' } };
  const paths = [...new Set(conflicts.map(({ path }) => path))];
  const fields = {
    atMs: moment.nowMs,
    paths,
    other: partyOfHolder(first.holder),
    mode: checked.mode,
    reason: checked.reason,
    cause: first.kind === 'held' ? undefined : 'waiting-first',
  };
  moment.record(lockEvent('lock-refused', holder, fields));
}

/** @throws RegistryError `invalid-holder` */
export function assertLockCount(count: number): void {
  if (count <= maxLocksPerHolder) return;
  const message = `One holder may have at most ${maxLocksPerHolder} locks. Lock a folder instead, or give some back.`;
  throw new RegistryError('invalid-holder', message);
}
