import type { EndedLock, FileLock, LockTerm, SavedOver } from './fileLock.ts';
import {
  expectInteger,
  expectList,
  expectOneOf,
  expectTable,
  expectText,
  expectToken,
  optionalText,
  toPath,
  type Table,
} from './holderFields.ts';
import { maxHolderNameLength, maxPathsPerRequest, maxTtlMs } from './lockConfig.ts';
import type { HolderProcess, LockWait } from './lockHolder.ts';

export function encodeLock(lock: FileLock): Table {
  const { term } = lock;
  return {
    path: lock.path,
    token: lock.token,
    mode: lock.mode,
    ...(lock.isSoft && { soft: true }),
    granted_at_ms: lock.grantedAtMs,
    refreshed_at_ms: lock.refreshedAtMs,
    term: term.kind,
    ...(term.kind !== 'until-released' && { ttl_ms: term.ttlMs }),
    ...(lock.reason !== undefined && { reason: lock.reason }),
    ...(lock.isTurnBound === true && { turn_bound: true }),
    ...(lock.savedOver && { saved_over: encodeSavedOver(lock.savedOver) }),
  };
}

function encodeSavedOver({ path, by, atMs }: SavedOver): Table {
  return { path, by, at_ms: atMs };
}

function toSavedOver(value: unknown): SavedOver {
  const table = expectTable(value, '"saved_over"');
  return {
    path: toPath(table.path),
    by: expectText(table.by, '"by"', maxHolderNameLength),
    atMs: expectInteger(table.at_ms, '"at_ms"'),
  };
}

export function toLock(value: unknown): FileLock {
  const table = expectTable(value, 'A lock');
  return {
    path: toPath(table.path),
    token: expectToken(table.token, '"token"'),
    mode: expectOneOf(table.mode, '"mode"', ['exclusive', 'shared']),
    isSoft: table.soft === true,
    grantedAtMs: expectInteger(table.granted_at_ms, '"granted_at_ms"'),
    refreshedAtMs: expectInteger(table.refreshed_at_ms, '"refreshed_at_ms"'),
    term: toTerm(table),
    reason: optionalText(table.reason, '"reason"'),
    isTurnBound: table.turn_bound === true ? true : undefined,
    ...(table.saved_over !== undefined && { savedOver: toSavedOver(table.saved_over) }),
  };
}

function toTerm(table: Table): LockTerm {
  const kind = expectOneOf(table.term, '"term"', ['default', 'promised', 'until-released']);
  if (kind === 'until-released') return { kind };
  // Nobody is granted more, so nobody keeps more.
  return { kind, ttlMs: Math.min(expectInteger(table.ttl_ms, '"ttl_ms"'), maxTtlMs) };
}

export function encodeWait(wait: LockWait): Table {
  return {
    ticket: wait.ticket,
    paths: wait.paths,
    mode: wait.mode,
    since_ms: wait.sinceMs,
    until_ms: wait.untilMs,
    ...(wait.process && { process: encodeProcess(wait.process) }),
  };
}

export function toWait(value: unknown): LockWait {
  const table = expectTable(value, 'A wait');
  const sinceMs = expectInteger(table.since_ms, '"since_ms"');
  const untilMs = expectInteger(table.until_ms, '"until_ms"');
  return {
    ticket: expectToken(table.ticket, '"ticket"'),
    paths: expectList(table.paths, '"paths"', maxPathsPerRequest).map(toPath),
    mode: expectOneOf(table.mode, '"mode"', ['exclusive', 'shared']),
    sinceMs,
    untilMs: Math.min(untilMs, sinceMs + maxTtlMs),
    process: table.process === undefined ? undefined : toProcess(table.process),
  };
}

export function encodeEnded(ended: EndedLock): Table {
  return {
    path: ended.path,
    token: ended.token,
    ending: ended.ending,
    ended_at_ms: ended.endedAtMs,
    ...(ended.by !== undefined && { by: ended.by }),
    ...(ended.reason !== undefined && { reason: ended.reason }),
  };
}

export function toEnded(value: unknown): EndedLock {
  const table = expectTable(value, 'An ended lock');
  return {
    path: toPath(table.path),
    token: expectToken(table.token, '"token"'),
    ending: expectOneOf(table.ending, '"ending"', ['released', 'expired', 'reaped', 'broken']),
    endedAtMs: expectInteger(table.ended_at_ms, '"ended_at_ms"'),
    by: optionalText(table.by, '"by"'),
    reason: optionalText(table.reason, '"reason"'),
  };
}

export function encodeProcess(process: HolderProcess): Table {
  return {
    ...(process.pid !== undefined && { pid: process.pid }),
    ...(process.bootId !== undefined && { boot_id: process.bootId }),
    ...(process.processStart !== undefined && { process_start: process.processStart }),
    ...(process.pidNamespace !== undefined && { pid_namespace: process.pidNamespace }),
    recorded_at: process.startedAt,
  };
}

export function toProcess(value: unknown): HolderProcess {
  const table = expectTable(value, '"process"');
  return {
    pid: table.pid === undefined ? undefined : expectInteger(table.pid, '"pid"'),
    bootId: optionalText(table.boot_id, '"boot_id"'),
    processStart: optionalText(table.process_start, '"process_start"'),
    pidNamespace: optionalText(table.pid_namespace, '"pid_namespace"'),
    startedAt: expectText(table.recorded_at, '"recorded_at"', 100),
  };
}
