import { decodeModelUsage } from '../../core/harness/usage/cursorCodec.ts';
import { asShortText, asTable } from '../../core/harness/usage/figures.ts';
import type { ModelUsage } from '../../core/harness/usage/modelUsage.ts';
import { addCounts } from '../../core/harness/usage/tokenCounts.ts';
import { countUsage, type UsageTotals } from '../../core/harness/usage/usageTotals.ts';

/** An answer of a model that later lines of the transcript may tell anew, with what was counted of it. */
export interface OpenMessage {
  /** Empty for an answer without an id, which stands on one line only. */
  readonly id: string;
  /** The request that it answers; two answers of different requests are two, whatever their id. */
  readonly request: string | undefined;
  readonly usages: readonly ModelUsage[];
  readonly toolCalls: readonly string[];
}

/**
 * How many answers are remembered of one agent. It gives one answer after the other, so that the lines
 * of one follow each other and nothing comes back to an answer before; the rest is for safety.
 */
export const maxOpenMessages = 16;
/**
 * The same for the children that older versions of a harness let write to their parent's transcript,
 * all together. About ten run at once, so that the sum is exact as long as fewer than this many answers
 * of the others are begun between two lines of one answer.
 */
export const maxSharedMessages = 128;
/** Calls of tools of one answer that are told apart by their id. */
const maxToolCalls = 64;

export interface Counted {
  readonly totals: UsageTotals;
  readonly open: readonly OpenMessage[];
}

/**
 * Counts what a line says of an answer. If a line before has counted that answer, what it counted is
 * taken back first, so that in the end the figures of the last line stand. Calls of tools add up.
 * Of all answers, the last `limit` are remembered.
 */
export function countMessage(
  before: Counted,
  message: OpenMessage,
  { limit = maxOpenMessages }: { readonly limit?: number } = {},
): Counted {
  const known = before.open.find((other) => isSameMessage(other, message));
  let { totals } = before;
  for (const usage of known?.usages ?? []) totals = countUsage(totals, usage, -1);
  for (const usage of message.usages) totals = countUsage(totals, usage);
  const knownCalls = known?.toolCalls ?? [];
  const newCalls = [...new Set(message.toolCalls)].filter((id) => !knownCalls.includes(id));
  const others = before.open.filter((other) => other !== known);
  const open =
    message.id === '' ? [] : [{ ...message, request: message.request ?? known?.request }];
  const toolCalls = [...knownCalls, ...newCalls].slice(-maxToolCalls);
  return {
    totals: { ...totals, toolCalls: addCounts(totals.toolCalls, newCalls.length) },
    open: [...others, ...open.map((added) => ({ ...added, toolCalls }))].slice(-limit),
  };
}

function isSameMessage(a: OpenMessage, b: OpenMessage): boolean {
  if (a.id === '' || a.id !== b.id) return false;
  return a.request === undefined || b.request === undefined || a.request === b.request;
}

/** The same from parsed JSON; undefined when it is anything else. */
export function parseOpenMessages(value: unknown): readonly OpenMessage[] | undefined {
  if (!Array.isArray(value) || value.length > maxSharedMessages) return undefined;
  const open = value.map(parseOpenMessage);
  return open.every((message) => message !== undefined) ? open : undefined;
}

function parseOpenMessage(value: unknown): OpenMessage | undefined {
  const table = asTable(value);
  const id = asShortText(table?.id);
  const { usages, toolCalls } = table ?? {};
  if (id === undefined || !Array.isArray(usages) || !Array.isArray(toolCalls)) return undefined;
  if (toolCalls.length > maxToolCalls) return undefined;
  const parsedUsages = usages.map(decodeModelUsage);
  const parsedCalls = toolCalls.map((call) => asShortText(call));
  if (!parsedUsages.every((usage) => usage !== undefined)) return undefined;
  if (!parsedCalls.every((call) => call !== undefined)) return undefined;
  return {
    id,
    request: asShortText(table?.request),
    usages: parsedUsages,
    toolCalls: parsedCalls,
  };
}
