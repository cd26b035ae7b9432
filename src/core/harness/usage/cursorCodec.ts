import { asTable } from './figures.ts';
import {
  maxModelUsages,
  promptSteps,
  serviceRates,
  toModelName,
  type ModelUsage,
} from './modelUsage.ts';
import { tokenKinds, type TokenCounts } from './tokenCounts.ts';
import type { TranscriptCursor } from './transcriptCursor.ts';
import type { TranscriptFormat, TranscriptReading } from './transcriptFormat.ts';
import type { UsageTotals } from './usageTotals.ts';

/** Tells one file, and one content of it, from another. */
export interface TranscriptIdentity {
  readonly device: number;
  readonly inode: number;
  /** A hash of the bytes just before the offset, or 0 at the beginning (see `tailHash`). */
  readonly tail: number;
}

export interface StoredCursor<Memory = unknown> {
  readonly file: TranscriptIdentity;
  readonly cursor: TranscriptCursor<Memory>;
}

const storedVersion = 1;

/** The text of a cursor file. */
export function encodeCursor<Memory>(
  { file, cursor }: StoredCursor<Memory>,
  format: TranscriptFormat<Memory>,
): string {
  return `${JSON.stringify({ version: storedVersion, format: format.id, file, ...cursor })}\n`;
}

/**
 * Reads a cursor file. Undefined for one that is broken, or of another version or format: reading then
 * begins anew, which costs time and nothing else.
 */
export function decodeCursor<Memory>(
  text: string,
  format: TranscriptFormat<Memory>,
): StoredCursor<Memory> | undefined {
  const table = parseJsonTable(text);
  if (table?.version !== storedVersion || table.format !== format.id) return undefined;
  const file = decodeIdentity(table.file);
  const offset = asSafeCount(table.offset);
  const reading = decodeReading(table.reading);
  const memory = format.parseMemory(table.memory);
  if (!file || offset === undefined || !reading || memory === undefined) return undefined;
  return { file, cursor: { offset, isInLongLine: table.isInLongLine === true, reading, memory } };
}

/** FNV-1a of 32 bits, for noticing that a file holds something else now. Not against an attacker. */
export function tailHash(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

function decodeIdentity(value: unknown): TranscriptIdentity | undefined {
  const table = asTable(value);
  const { device, inode, tail } = table ?? {};
  if (typeof device !== 'number' || typeof inode !== 'number' || typeof tail !== 'number') {
    return undefined;
  }
  return { device, inode, tail };
}

function decodeReading(value: unknown): TranscriptReading | undefined {
  const table = asTable(value);
  const totals = decodeTotals(table?.totals);
  const skippedLines = asSafeCount(table?.skippedLines);
  if (!table || !totals || skippedLines === undefined) return undefined;
  return {
    totals,
    skippedLines,
    interruptedAtMs: asOptionalNumber(table.interruptedAtMs),
    lastAtMs: asOptionalNumber(table.lastAtMs),
  };
}

function decodeTotals(value: unknown): UsageTotals | undefined {
  const table = asTable(value);
  const tokens = decodeTokens(table?.tokens);
  const toolCalls = asSafeCount(table?.toolCalls);
  const models = decodeModels(table?.models);
  if (!table || !tokens || toolCalls === undefined || !models) return undefined;
  return {
    tokens,
    toolCalls,
    models,
    model: toModelName(table.model),
    contextTokens: asOptionalCount(table.contextTokens),
    contextLimit: asOptionalCount(table.contextLimit),
    toldMicrosUsd: asOptionalCount(table.toldMicrosUsd),
    toldWithChildrenMicrosUsd: asOptionalCount(table.toldWithChildrenMicrosUsd),
  };
}

function decodeModels(value: unknown): readonly ModelUsage[] | undefined {
  if (!Array.isArray(value) || value.length > maxModelUsages) return undefined;
  const models = value.map(decodeModelUsage);
  return models.every((usage) => usage !== undefined) ? models : undefined;
}

/** One usage of a model out of parsed JSON, exactly as it was written; undefined for anything else. */
export function decodeModelUsage(value: unknown): ModelUsage | undefined {
  const table = asTable(value);
  const tokens = decodeTokens(table?.tokens);
  const rate = serviceRates.find((known) => known === table?.rate);
  const promptsAbove = promptSteps.find((known) => known === table?.promptsAbove);
  const webSearches = asSafeCount(table?.webSearches);
  const model = table?.model === '' ? '' : toModelName(table?.model);
  if (!tokens || !rate || promptsAbove === undefined || webSearches === undefined) return undefined;
  return model === undefined ? undefined : { model, rate, promptsAbove, tokens, webSearches };
}

/** Counts of tokens out of parsed JSON, all of them present; undefined for anything else. */
export function decodeTokens(value: unknown): TokenCounts | undefined {
  const table = asTable(value);
  if (!table || !tokenKinds.every((kind) => asSafeCount(table[kind]) !== undefined)) {
    return undefined;
  }
  const { input, output, reasoning, cacheRead, cacheWrite, cacheWriteHour } = table as Record<
    keyof TokenCounts,
    number
  >;
  return { input, output, reasoning, cacheRead, cacheWrite, cacheWriteHour };
}

function asSafeCount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

function asOptionalCount(value: unknown): number | undefined {
  return value === undefined ? undefined : asSafeCount(value);
}

function asOptionalNumber(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function parseJsonTable(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return asTable(JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}
