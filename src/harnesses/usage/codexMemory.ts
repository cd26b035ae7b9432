import { asInstant, asShortText, asTable } from '../../core/harness/usage/figures.ts';
import { parseCodexTokens, type CodexTokens } from './codexTokens.ts';

/** What has to be remembered of a rollout to read on. */
export interface CodexMemory {
  /** The thread whose rollout this is; undefined until its first line. */
  readonly thread: string | undefined;
  /** How to know what was taken over from another thread; undefined for one that began by itself. */
  readonly fork: CodexFork | undefined;
  /** A line after those that were taken over has been read. */
  readonly isPastFork: boolean;
  readonly isFast: boolean;
  readonly hasRecords: boolean;
  /** The ids of the last answers that were counted. */
  readonly responses: readonly string[];
  /** The last sum that was told. */
  readonly sum: CodexTokens | undefined;
}

export interface CodexFork {
  readonly atMs: number | undefined;
  /** Lines with a lower ordinal were taken over. Newer versions tell it. */
  readonly firstOrdinal: number | undefined;
}

export const codexMemory: CodexMemory = {
  thread: undefined,
  fork: undefined,
  isPastFork: false,
  isFast: false,
  hasRecords: false,
  responses: [],
  sum: undefined,
};

/** Writing what a fork takes over is done within this time; a first answer takes longer. */
const forkWritingMs = 2000;

/** Takes in the head of a rollout. Heads after the first are part of what was taken over. */
export function withSession(
  memory: CodexMemory,
  payload: Readonly<Record<string, unknown>>,
): CodexMemory {
  if (memory.thread !== undefined) return memory;
  return { ...memory, thread: asShortText(payload.id) ?? '', fork: readFork(payload) };
}

function readFork(payload: Readonly<Record<string, unknown>>): CodexFork | undefined {
  const ordinal = payload.subagent_history_start_ordinal;
  const firstOrdinal = typeof ordinal === 'number' ? ordinal : undefined;
  const spawn = asTable(asTable(asTable(payload.source)?.subagent)?.thread_spawn);
  const parent = payload.forked_from_id ?? payload.parent_thread_id ?? spawn?.parent_thread_id;
  if (firstOrdinal === undefined && typeof parent !== 'string') return undefined;
  return { atMs: asInstant(payload.timestamp), firstOrdinal };
}

/** True for a line that is a copy of one of the parent's. */
export function isInherited(line: Readonly<Record<string, unknown>>, memory: CodexMemory): boolean {
  const { fork } = memory;
  if (fork === undefined || memory.isPastFork) return false;
  if (fork.firstOrdinal !== undefined && typeof line.ordinal === 'number') {
    return line.ordinal < fork.firstOrdinal;
  }
  const atMs = asInstant(line.timestamp);
  return atMs !== undefined && fork.atMs !== undefined && atMs < fork.atMs + forkWritingMs;
}

/** The same from a cursor file; undefined for anything else. */
export function parseCodexMemory(value: unknown): CodexMemory | undefined {
  const table = asTable(value);
  if (!table || !Array.isArray(table.responses) || table.responses.length > 64) return undefined;
  const responses = table.responses.map((id) => asShortText(id));
  if (!responses.every((id) => id !== undefined)) return undefined;
  const sum = table.sum === undefined ? undefined : parseCodexTokens(table.sum);
  if (table.sum !== undefined && sum === undefined) return undefined;
  return {
    thread: table.thread === '' ? '' : asShortText(table.thread),
    fork: parseFork(table.fork),
    isPastFork: table.isPastFork === true,
    isFast: table.isFast === true,
    hasRecords: table.hasRecords === true,
    responses,
    sum,
  };
}

function parseFork(value: unknown): CodexFork | undefined {
  const fork = asTable(value);
  if (!fork) return undefined;
  const { atMs, firstOrdinal } = fork;
  return {
    atMs: typeof atMs === 'number' ? atMs : undefined,
    firstOrdinal: typeof firstOrdinal === 'number' ? firstOrdinal : undefined,
  };
}
