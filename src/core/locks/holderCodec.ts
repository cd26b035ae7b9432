import {
  encodeEnded,
  encodeLock,
  encodeProcess,
  encodeWait,
  toEnded,
  toLock,
  toProcess,
  toWait,
} from './lockCodec.ts';
import {
  expectCount,
  expectInteger,
  expectList,
  expectOneOf,
  expectTable,
  expectText,
  expectToken,
  isDeeperThan,
  Malformed,
  type Table,
} from './holderFields.ts';
import {
  maxHolderNameLength,
  maxLocksPerHolder,
  maxStoredId,
  maxWaitsPerHolder,
} from './lockConfig.ts';
import type { HolderIdentity, LockHolder } from './lockHolder.ts';
import type { PathRules } from './lockPath.ts';
import { locksByKey } from './lockTable.ts';

/** Version of the files. A higher one was written by a newer version of this product. */
export const holderFileVersion = 1;

const maxEnded = 100;
const maxUnknownDepth = 50;

const knownFields = new Set([
  'version',
  'id',
  'name',
  'session_id',
  'window_id',
  'state',
  'last_seen_ms',
  'edit_count',
  'turn',
  'process',
  'locks',
  'waits',
  'ended',
  'last_token',
]);

/** A holder as the value of its file. */
export function encodeHolder(holder: LockHolder): Readonly<Record<string, unknown>> {
  const { identity } = holder;
  return {
    ...holder.unknownFields,
    version: holderFileVersion,
    id: holder.id,
    name: holder.name,
    ...(identity.kind === 'session' && { session_id: identity.sessionId }),
    ...(identity.kind === 'window' && { window_id: identity.windowId }),
    state: holder.state,
    last_seen_ms: holder.lastSeenMs,
    edit_count: holder.editCount,
    turn: holder.turn,
    ...(holder.process && { process: encodeProcess(holder.process) }),
    locks: [...holder.locks.values()].map(encodeLock),
    ...(holder.waits.length > 0 && { waits: holder.waits.map(encodeWait) }),
    ...(holder.ended.length > 0 && { ended: holder.ended.map(encodeEnded) }),
    last_token: holder.lastToken,
  };
}

/** Decodes the value of a holder's file. Its problem is one sentence for people. */
export function decodeHolder(
  value: unknown,
  rules: PathRules,
): { readonly holder: LockHolder } | { readonly problem: string } {
  try {
    return { holder: toHolder(expectTable(value, 'The file'), rules) };
  } catch (error) {
    if (error instanceof Malformed) return { problem: error.message };
    throw error;
  }
}

function toHolder(table: Table, rules: PathRules): LockHolder {
  const version = expectCount(table.version, '"version"');
  if (version > holderFileVersion) {
    throw new Malformed(
      `It was written by a newer version of Heddle Agents (format ${version}). Update this one to use it.`,
    );
  }
  const locks = expectList(table.locks, '"locks"', maxLocksPerHolder).map(toLock);
  const waits = expectList(table.waits ?? [], '"waits"', maxWaitsPerHolder).map(toWait);
  const id = expectCount(table.id, '"id"');
  if (id === 0 || id > maxStoredId) throw new Malformed('"id" is not the number of a holder.');
  return {
    id,
    name: expectText(table.name, '"name"', maxHolderNameLength),
    identity: toIdentity(table),
    state: expectOneOf(table.state, '"state"', ['active', 'crashed', 'gone']),
    lastSeenMs: expectInteger(table.last_seen_ms, '"last_seen_ms"'),
    editCount: expectCount(table.edit_count, '"edit_count"'),
    turn: expectOneOf(table.turn ?? 'open', '"turn"', ['open', 'closed']),
    process: table.process === undefined ? undefined : toProcess(table.process),
    locks: locksByKey(locks, rules),
    waits,
    ended: expectList(table.ended ?? [], '"ended"', maxEnded).map(toEnded),
    lastToken: expectToken(table.last_token ?? 0, '"last_token"'),
    unknownFields: unknownFieldsOf(table),
  };
}

function toIdentity({ session_id, window_id }: Table): HolderIdentity {
  if (session_id !== undefined) {
    return { kind: 'session', sessionId: expectText(session_id, '"session_id"', 200) };
  }
  if (window_id !== undefined) {
    return { kind: 'window', windowId: expectText(window_id, '"window_id"', 200) };
  }
  return { kind: 'name' };
}

/** Kept as they are, unless they could not be written back. */
function unknownFieldsOf(table: Table): Table {
  const fields = Object.entries(table).filter(([field]) => !knownFields.has(field));
  const tooDeep = fields.find(([, value]) => isDeeperThan(value, maxUnknownDepth));
  if (tooDeep)
    throw new Malformed(
      `The field ${JSON.stringify(tooDeep[0].slice(0, 80))} is nested too deeply.`,
    );
  return Object.fromEntries(fields);
}
