import type { ServiceRate } from './modelUsage.ts';
import type { ModelPrices, PriceTable, TokenPrices } from './priceTable.ts';

/**
 * The name under which a price table knows a model: without the provider, the region, the date, the
 * version of the deployment and the mark of a longer context. `us.anthropic.claude-opus-5-v1:0`,
 * `anthropic/claude-opus-5-20260724` and `claude-opus-5[1m]` are all `claude-opus-5`.
 */
export function priceKey(model: string): string {
  return model
    .trim()
    .toLowerCase()
    .replace(/^.*\//, '')
    .replace(/^(?:[a-z]{2,6}\.)?anthropic\./, '')
    .replace(/\[[^\]]*\]$/, '')
    .replace(/-v\d+(?::\d+)?$/, '')
    .replace(/[-@](?:20\d{6}|20\d{2}-\d{2}-\d{2})$/, '');
}

/** What a model costs, or undefined: a price is never guessed from a similar name. */
export function pricesOf(prices: PriceTable, model: string): ModelPrices | undefined {
  const key = priceKey(model);
  return Object.hasOwn(prices, key) ? prices[key] : undefined;
}

/** The prices of one request. Undefined when the table does not tell them. */
export function requestPrices(
  prices: ModelPrices,
  request: { readonly rate: ServiceRate; readonly promptsAbove: number },
): TokenPrices | undefined {
  const { longPrompts, fast } = prices;
  const isLong = longPrompts !== undefined && request.promptsAbove >= longPrompts.above;
  const isFast = request.rate === 'fast' || request.rate === 'fast-us';
  if (isLong) return isFast ? undefined : longPrompts;
  return isFast ? fast : prices;
}

/** A table of prices as a person writes it; what is wrong with it, if anything. */
export interface PriceOverrides {
  readonly prices: PriceTable;
  readonly problems: readonly string[];
}

const priceNames = ['input', 'output', 'cacheRead', 'cacheWrite', 'cacheWriteHour'] as const;
/** Dollars per million tokens that nobody charges. */
const maxPrice = 100_000;

/**
 * Reads prices that a person set, such as `{"my-model": {"input": 1, "output": 5}}`, in US dollars per
 * million tokens. A model that is wrong is left out and named in the problems.
 */
export function parsePriceOverrides(value: unknown): PriceOverrides {
  if (value === undefined || value === null) return { prices: {}, problems: [] };
  if (!isRecord(value)) {
    return { prices: {}, problems: ['The prices must be a table of models.'] };
  }
  const prices: Record<string, ModelPrices> = {};
  const problems: string[] = [];
  for (const [model, given] of Object.entries(value)) {
    const read = readPrices(given);
    if (typeof read !== 'string') prices[priceKey(model)] = read;
    else problems.push(`The price of ${JSON.stringify(model.slice(0, 100))} is not used: ${read}`);
  }
  return { prices, problems };
}

/** The list prices with those of a person in place of them, model by model. */
export function withOverrides(list: PriceTable, { prices }: PriceOverrides): PriceTable {
  return { ...list, ...prices };
}

function readPrices(value: unknown): ModelPrices | string {
  if (!isRecord(value)) return 'it must be a table with "input" and "output".';
  const found: Partial<Record<(typeof priceNames)[number], number>> = {};
  for (const name of priceNames) {
    const price = value[name];
    if (price === undefined) continue;
    if (typeof price !== 'number' || !(price >= 0 && price <= maxPrice)) {
      return `"${name}" must be a number of US dollars per million tokens, from 0 to ${maxPrice}.`;
    }
    found[name] = price;
  }
  const { input, output } = found;
  if (input === undefined) return '"input" is missing.';
  if (output === undefined) return '"output" is missing.';
  return { ...found, input, output };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
