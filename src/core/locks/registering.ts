import { RegistryError } from '../agents/registryError.ts';
import { withoutEnded } from './endedLocks.ts';
import { maxHolderNameLength, maxNamedId } from './lockConfig.ts';
import { newHolder, placeholderName, type HolderIdentity, type LockHolder } from './lockHolder.ts';
import type { LockMoment } from './lockMoment.ts';
import type { LockBook } from './lockTable.ts';

/** Adds a holder under the next id; its name is kept as it is. */
export function registerHolder(
  book: LockBook,
  fields: { readonly name: string; readonly identity?: HolderIdentity },
  nowMs: number,
): LockHolder {
  return register(book, { id: book.nextId, ...fields }, nowMs);
}

/**
 * Adds a holder under an id from elsewhere, or starts the one that has it anew: it loses its locks.
 * @throws RegistryError `invalid-holder` for an id that is no positive integer, or for a name that is
 *   empty or too long
 */
export function registerHolderWithId(
  book: LockBook,
  fields: { readonly id: number; readonly name: string; readonly identity?: HolderIdentity },
  nowMs: number,
): LockHolder {
  assertHolderId(fields.id);
  return register(book, fields, nowMs);
}

function register(
  book: LockBook,
  fields: { readonly id: number; readonly name: string; readonly identity?: HolderIdentity },
  nowMs: number,
): LockHolder {
  const { id, name } = fields;
  assertHolderName(name);
  const known = book.get(id);
  const identity = fields.identity ?? known?.identity ?? { kind: 'name' };
  const fresh = newHolder({ id, name, identity, nowMs });
  const holder = { ...fresh, lastToken: known?.lastToken ?? 0, ended: known?.ended ?? [] };
  book.put(holder);
  return holder;
}

/**
 * Records a sign of life. Whoever is not registered becomes `agent-<id>`; whoever had crashed is active
 * again. What ended before the sign came stays ended.
 */
export function beat(book: LockBook, id: number, moment: LockMoment): LockHolder {
  const known = book.get(id);
  if (known === undefined) {
    return registerHolderWithId(book, { id, name: placeholderName(id) }, moment.nowMs);
  }
  const holder = revived(withoutEnded(known, moment), moment.nowMs);
  book.put(holder);
  return holder;
}

/** Counts an edit of a holder that is known, which is a sign of life as well; nothing for others. */
export function noteEditOf(book: LockBook, id: number, moment: LockMoment): void {
  const known = book.get(id);
  if (known === undefined) return;
  const holder = withoutEnded(known, moment);
  const editCount = Math.min(holder.editCount + 1, Number.MAX_SAFE_INTEGER);
  book.put({ ...holder, editCount, lastSeenMs: moment.nowMs });
}

/** Opens or closes the turn of a holder: only in a turn does its process keep its locks. */
export function setTurn(
  book: LockBook,
  id: number,
  change: { readonly turn: LockHolder['turn']; readonly moment: LockMoment },
): void {
  const known = book.get(id);
  if (known === undefined) return;
  book.put({ ...beat(book, id, change.moment), turn: change.turn });
}

/** The holder as one that is at work now. */
export function revived(holder: LockHolder, nowMs: number): LockHolder {
  if (holder.state === 'active' && holder.lastSeenMs === nowMs) return holder;
  return { ...holder, state: 'active', lastSeenMs: nowMs };
}

export function assertHolderId(id: number): void {
  if (Number.isSafeInteger(id) && id > 0 && id <= maxNamedId) return;
  const message = `${id} cannot be the number of a holder. Use a whole number from 1, or a name.`;
  throw new RegistryError('invalid-holder', message);
}

export function assertHolderName(name: string): void {
  if (name.trim() !== '' && name.length <= maxHolderNameLength) return;
  throw new RegistryError(
    'invalid-holder',
    `The name of a holder must have 1 to ${maxHolderNameLength} characters. Give another one.`,
  );
}
