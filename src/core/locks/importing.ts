import { RegistryError } from '../agents/registryError.ts';
import { areCompatible, conflictsOf } from './lockConflicts.ts';
import { endOf, withoutEnded } from './endedLocks.ts';
import type { FileLock, LockMode } from './fileLock.ts';
import { assertLockCount } from './granting.ts';
import { maxNamedId, maxTtlMs } from './lockConfig.ts';
import type { LockHolder } from './lockHolder.ts';
import type { LockMoment } from './lockMoment.ts';
import type { LockPath } from './lockPath.ts';
import { checkRequest, type LockConflict } from './lockRequest.ts';
import { keyOf, type LockBook } from './lockTable.ts';
import { nextToken } from './nextToken.ts';
import { PathIndex } from './pathIndex.ts';
import { registerHolder, registerHolderWithId } from './registering.ts';
import { breakLocks, type EndedHold } from './releasing.ts';
import type { SerializedAgent, SerializedRegistry } from './serializedRegistry.ts';

export type ImportOutcome =
  | {
      readonly kind: 'imported';
      readonly holders: readonly LockHolder[];
      readonly lockCount: number;
      /** Locks in it that were over already. */
      readonly expiredCount: number;
      /** What was taken away from others to make room. */
      readonly replaced: readonly EndedHold[];
    }
  | { readonly kind: 'held'; readonly conflicts: readonly LockConflict[] };

/**
 * Merges a snapshot: what has expired is dropped, the rest gets new tokens. A holder is found again by
 * its id and name; another one with its id stays, and it gets the next id. When a lock of it overlaps
 * one that stands, nothing changes, unless it replaces those.
 * @throws RegistryError `invalid-snapshot` when two of its holders have one path
 */
export function importSerialized(
  book: LockBook,
  {
    snapshot,
    isReplacing,
  }: { readonly snapshot: SerializedRegistry; readonly isReplacing: boolean },
  moment: LockMoment,
): ImportOutcome {
  assertNoOverlap(book, snapshot, moment);
  const found = snapshot.agents.map((agent) => ({ agent, holder: findHolder(book, agent) }));
  const conflicts = found.flatMap(({ agent, holder }) =>
    conflictsWith(book, { agent, holderId: holder?.id ?? 0 }, moment),
  );
  if (conflicts.length > 0 && !isReplacing) return { kind: 'held', conflicts };

  const agents = snapshot.agents.map((agent) => {
    const { id } = findHolder(book, agent) ?? registerImported(book, agent, moment);
    return { agent, holderId: id, live: livePaths(agent, moment) };
  });
  const nextId = Math.min(snapshot.next_id, maxNamedId);
  book.raise({ nextId, lastToken: 0 });
  // Everybody loses first and gains then, because changes are written in this order.
  const replaced = isReplacing ? agents.flatMap((each) => makeRoom(book, each, moment)) : [];
  const holders = agents.map((each) => withImportedLocks(book, each, moment));
  const lockCount = count(agents.map(({ live }) => live.length));
  const listed = snapshot.agents.map(({ locked_paths }) => Object.keys(locked_paths).length);
  return {
    kind: 'imported',
    holders,
    lockCount,
    expiredCount: count(listed) - lockCount,
    replaced,
  };
}

/** A holder of the snapshot, and who it is here. */
interface ImportedAgent {
  readonly agent: SerializedAgent;
  readonly holderId: number;
  readonly live: readonly ImportedPath[];
}

interface ImportedPath {
  readonly path: LockPath;
  readonly atMs: number;
  readonly mode: LockMode;
}

function count(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0);
}

function makeRoom(
  book: LockBook,
  { agent, holderId, live }: ImportedAgent,
  moment: LockMoment,
): readonly EndedHold[] {
  const by = book.get(holderId);
  const reason = 'Replaced by an import.';
  return live.flatMap(({ path }) =>
    breakLocks(book, { path, by, byName: agent.name, reason }, moment),
  );
}

/** Two holders of one path in a snapshot cannot both be right. @throws RegistryError `invalid-snapshot` */
function assertNoOverlap(book: LockBook, snapshot: SerializedRegistry, moment: LockMoment): void {
  const index = new PathIndex<ImportedPath & { readonly name: string }>();
  for (const agent of snapshot.agents) {
    const live = livePaths(agent, moment);
    for (const { path, mode } of live) {
      const overlapping = index.overlapping(keyOf(path, book.rules));
      const other = overlapping.find((each) => !areCompatible(each.mode, mode));
      if (other === undefined) continue;
      throw new RegistryError(
        'invalid-snapshot',
        `In this snapshot ${agent.name} holds ${path} and ${other.name} holds ${other.path}, which overlap. Nothing was changed.`,
      );
    }
    for (const each of live) index.add(keyOf(each.path, book.rules), { ...each, name: agent.name });
  }
}

function findHolder(book: LockBook, { id, name }: SerializedAgent): LockHolder | undefined {
  const holder = book.get(id);
  return holder?.name === name ? holder : undefined;
}

/** As it was when the snapshot was made, but never seen later than now. */
function registerImported(
  book: LockBook,
  agent: SerializedAgent,
  { nowMs }: LockMoment,
): LockHolder {
  const { id, name, state, last_seen_ms } = agent;
  const lastSeenMs = Math.min(Math.max(last_seen_ms, 0), nowMs);
  const registered =
    book.get(id) === undefined
      ? registerHolderWithId(book, { id, name }, lastSeenMs)
      : registerHolder(book, { name }, lastSeenMs);
  const holder = { ...registered, state };
  book.put(holder);
  return holder;
}

function livePaths(agent: SerializedAgent, { nowMs }: LockMoment): readonly ImportedPath[] {
  const shared = new Set(agent.shared_paths);
  return Object.entries(agent.locked_paths).flatMap(([path, atMs]): ImportedPath[] =>
    atMs > nowMs ? [{ path, atMs, mode: shared.has(path) ? 'shared' : 'exclusive' }] : [],
  );
}

function conflictsWith(
  book: LockBook,
  { agent, holderId }: { readonly agent: SerializedAgent; readonly holderId: number },
  moment: LockMoment,
): readonly LockConflict[] {
  return livePaths(agent, moment).flatMap(({ path, mode }) => {
    const request = checkRequest(
      { holderId, paths: [path], mode },
      { config: moment.config, keyOf: (each) => keyOf(each, book.rules) },
    );
    return conflictsOf(book, request, moment).filter(({ kind }) => kind === 'held');
  });
}

/**
 * Each lock ends when the snapshot says; the time until then is what was promised. What the holder has
 * in hand for longer stays as it is.
 */
function withImportedLocks(
  book: LockBook,
  { agent, holderId, live }: ImportedAgent,
  moment: LockMoment,
): LockHolder {
  const { nowMs } = moment;
  const known = book.get(holderId);
  if (known === undefined) throw new Error(`Holder ${holderId} was just registered.`);
  const holder = withoutEnded(known, moment);
  const locks = new Map(holder.locks);
  let { lastToken } = book;
  for (const { path, mode, ...each } of live) {
    const atMs = Math.min(each.atMs, nowMs + maxTtlMs);
    const key = keyOf(path, book.rules);
    const held = locks.get(key);
    const isStronger = held?.isSoft === false && (held.mode === mode || mode === 'shared');
    if (isStronger && (endOf(holder, held, moment).atMs ?? atMs) >= atMs) continue;
    lastToken = nextToken(lastToken, nowMs);
    const ttlMs = atMs - nowMs;
    const imported = { path, mode: isStronger ? held.mode : mode, token: lastToken };
    locks.set(key, importedLock(imported, { ttlMs, nowMs }));
  }
  assertLockCount(locks.size);
  const imported: LockHolder = {
    ...holder,
    state: locks.size > 0 ? 'active' : holder.state,
    editCount: Math.max(holder.editCount, agent.edit_count),
    locks,
    lastToken: Math.max(holder.lastToken, lastToken),
  };
  book.put(imported);
  return imported;
}

function importedLock(
  fields: Pick<FileLock, 'path' | 'mode' | 'token'>,
  { ttlMs, nowMs }: { readonly ttlMs: number; readonly nowMs: number },
): FileLock {
  return {
    ...fields,
    isSoft: false,
    grantedAtMs: nowMs,
    refreshedAtMs: nowMs,
    term: { kind: 'promised', ttlMs },
    reason: undefined,
  };
}
