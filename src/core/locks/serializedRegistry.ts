import { RegistryError } from '../agents/registryError.ts';
import { maxHolderNameLength, maxLocksPerHolder, maxNamedId } from './lockConfig.ts';
import { endOf, isStanding } from './endedLocks.ts';
import type { HolderState, LockHolder } from './lockHolder.ts';
import type { LockMoment } from './lockMoment.ts';
import { parseLockPath } from './lockPath.ts';
import type { LockView } from './lockTable.ts';

/** A holder in the form in which other systems keep it (seed: `SerializedAgent`). */
export interface SerializedAgent {
  readonly id: number;
  readonly name: string;
  readonly state: HolderState;
  readonly last_seen_ms: number;
  readonly edit_count: number;
  /** Path to the instant at which its lock ends, in milliseconds. */
  readonly locked_paths: Readonly<Record<string, number>>;
  /** Which of them others may hold too. Other systems know no such locks and pass over this field. */
  readonly shared_paths?: readonly string[];
}

/** All holders in that form (seed: `SerializedRegistry`). */
export interface SerializedRegistry {
  readonly next_id: number;
  readonly agents: readonly SerializedAgent[];
}

const maxAgents = 100_000;

/** The holders and the locks that stand, with the instants at which they really end. */
export function serialize(view: LockView, moment: LockMoment): SerializedRegistry {
  const agents = [...view.holders()].sort((a, b) => a.id - b.id);
  return {
    next_id: view.nextId,
    agents: agents.map((holder) => ({
      id: holder.id,
      name: holder.name,
      state: holder.state,
      last_seen_ms: holder.lastSeenMs,
      edit_count: holder.editCount,
      ...lockedPaths(holder, moment),
    })),
  };
}

/** A lock that lasts until it is released is told for as long as its holder may be silent. */
function lockedPaths(
  holder: LockHolder,
  moment: LockMoment,
): Pick<SerializedAgent, 'locked_paths' | 'shared_paths'> {
  const standing = [...holder.locks.values()].filter((lock) => isStanding(holder, lock, moment));
  const ends = standing.map((lock): [string, number] => {
    const { atMs } = endOf(holder, lock, moment);
    return [lock.path, atMs ?? moment.nowMs + moment.config.agentTimeoutMs];
  });
  const shared = standing.filter(({ mode }) => mode === 'shared').map(({ path }) => path);
  return {
    locked_paths: Object.fromEntries(ends),
    ...(shared.length > 0 && { shared_paths: shared }),
  };
}

/**
 * Checks a document that claims to be in the serialised form; missing fields have the seed's defaults.
 * @throws RegistryError `invalid-snapshot` that names the field
 */
export function parseSerialized(value: unknown): SerializedRegistry {
  const table = expectTable(value, 'The document');
  const nextId = table.next_id === undefined ? 0 : expectCount(table.next_id, '"next_id"');
  const agents = table.agents ?? [];
  if (!Array.isArray(agents)) throw invalid('"agents" must be a list.');
  if (agents.length > maxAgents) throw invalid(`"agents" has more than ${maxAgents} items.`);
  const parsed = agents.map((agent: unknown, i) => parseAgent(agent, `"agents[${i}]"`));
  const ids = new Set(parsed.map(({ id }) => id));
  if (ids.size < parsed.length) throw invalid('Two of "agents" have the same "id".');
  return { next_id: nextId, agents: parsed };
}

function parseAgent(value: unknown, where: string): SerializedAgent {
  const table = expectTable(value, where);
  const { name, state } = table;
  if (typeof name !== 'string' || name.trim() === '' || name.length > maxHolderNameLength) {
    throw invalid(
      `The "name" of ${where} must be a text of 1 to ${maxHolderNameLength} characters.`,
    );
  }
  if (state !== 'active' && state !== 'crashed' && state !== 'gone') {
    throw invalid(`The "state" of ${where} must be active, crashed or gone.`);
  }
  const id = expectCount(table.id, `The "id" of ${where}`);
  if (id === 0 || id > maxNamedId) {
    throw invalid(`The "id" of ${where} must be from 1 to ${maxNamedId}.`);
  }
  return {
    id,
    name,
    state,
    last_seen_ms: expectInteger(table.last_seen_ms, `The "last_seen_ms" of ${where}`),
    edit_count: expectCount(table.edit_count, `The "edit_count" of ${where}`),
    locked_paths: parseLockedPaths(table.locked_paths, where),
    ...(table.shared_paths !== undefined && {
      shared_paths: parseSharedPaths(table.shared_paths, where),
    }),
  };
}

function parseSharedPaths(value: unknown, where: string): readonly string[] {
  const isList = Array.isArray(value) && value.length <= maxLocksPerHolder;
  const texts: readonly unknown[] = isList ? value : [undefined];
  return texts.map((text) => {
    if (typeof text === 'string') return parseLockPath(text);
    throw invalid(`The "shared_paths" of ${where} must be a list of paths.`);
  });
}

function parseLockedPaths(value: unknown, where: string): Readonly<Record<string, number>> {
  const entries = Object.entries(expectTable(value, `The "locked_paths" of ${where}`));
  if (entries.length > maxLocksPerHolder) {
    throw invalid(`The "locked_paths" of ${where} has more than ${maxLocksPerHolder} paths.`);
  }
  return Object.fromEntries(
    entries.map(([path, expiry]) => [
      parseLockPath(path),
      expectInteger(expiry, `An expiry in the "locked_paths" of ${where}`),
    ]),
  );
}

function expectTable(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw invalid(`${what} must be an object.`);
}

function expectInteger(value: unknown, what: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw invalid(`${what} must be a whole number below 2^53.`);
}

function expectCount(value: unknown, what: string): number {
  const count = expectInteger(value, what);
  if (count < 0 || count >= Number.MAX_SAFE_INTEGER) throw invalid(`${what} must not be negative.`);
  return count;
}

function invalid(problem: string): RegistryError {
  return new RegistryError(
    'invalid-snapshot',
    `This is not a snapshot of locks: ${problem} Nothing was changed.`,
  );
}
