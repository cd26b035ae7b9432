import { pricesOf, requestPrices } from './modelPrices.ts';
import type { ModelUsage } from './modelUsage.ts';
import type { PriceTable } from './priceTable.ts';
import { addTokens, isSameTokens, noTokens, type TokenCounts } from './tokenCounts.ts';
import type { UsageTotals } from './usageTotals.ts';

/** What something cost, in millionths of a US dollar. */
export interface UsageCost {
  /** Undefined when a part of it has no known price: a sum without that part would be wrong. */
  readonly microsUsd: number | undefined;
  /** The sum of the parts with a known price. It cost at least this. */
  readonly atLeastMicrosUsd: number;
  /** `told` by the harness, or `estimated` from list prices. */
  readonly source: 'told' | 'estimated';
  /** The models whose price is not known. */
  readonly unpricedModels: readonly string[];
}

const usMultiplier = 1.1;

/** What an agent cost without its children: what its harness tells, else an estimate by price. */
export function costOf(totals: UsageTotals, prices: PriceTable): UsageCost {
  const { toldMicrosUsd: told } = totals;
  if (told !== undefined) {
    return { microsUsd: told, atLeastMicrosUsd: told, source: 'told', unpricedModels: [] };
  }
  let atLeast = 0;
  const unpriced = new Set<string>();
  for (const usage of totals.models) {
    const micros = costOfModel(usage, prices);
    if (micros === undefined) unpriced.add(usage.model);
    else atLeast += micros;
  }
  if (!isSplitComplete(totals)) unpriced.add(totals.model ?? '');
  const atLeastMicrosUsd = Math.min(Math.round(atLeast), Number.MAX_SAFE_INTEGER);
  return {
    microsUsd: unpriced.size === 0 ? atLeastMicrosUsd : undefined,
    atLeastMicrosUsd,
    source: 'estimated',
    unpricedModels: [...unpriced].sort(),
  };
}

/** What several agents cost together. One estimate makes the sum an estimate. */
export function addCosts(a: UsageCost, b: UsageCost): UsageCost {
  const isKnown = a.microsUsd !== undefined && b.microsUsd !== undefined;
  const atLeastMicrosUsd = Math.min(
    a.atLeastMicrosUsd + b.atLeastMicrosUsd,
    Number.MAX_SAFE_INTEGER,
  );
  return {
    microsUsd: isKnown ? atLeastMicrosUsd : undefined,
    atLeastMicrosUsd,
    source: a.source === 'told' && b.source === 'told' ? 'told' : 'estimated',
    unpricedModels: [...new Set([...a.unpricedModels, ...b.unpricedModels])].sort(),
  };
}

/** The cost of nothing, from which a sum of costs begins. */
export const noCost: UsageCost = {
  microsUsd: 0,
  atLeastMicrosUsd: 0,
  source: 'told',
  unpricedModels: [],
};

/** Not rounded. Undefined when a price is missing; nothing used costs nothing. */
function costOfModel(usage: ModelUsage, table: PriceTable): number | undefined {
  const { tokens, webSearches } = usage;
  if (isSameTokens(tokens, noTokens) && webSearches === 0) return 0;
  const model = pricesOf(table, usage.model);
  const prices = model && requestPrices(model, usage);
  if (prices === undefined) return undefined;
  if (webSearches > 0 && model?.webSearches === undefined) return undefined;
  const cacheWrite = prices.cacheWrite ?? prices.input;
  const micros =
    tokens.input * prices.input +
    tokens.output * prices.output +
    tokens.cacheRead * (prices.cacheRead ?? prices.input) +
    (tokens.cacheWrite - tokens.cacheWriteHour) * cacheWrite +
    tokens.cacheWriteHour * (prices.cacheWriteHour ?? cacheWrite);
  const isUs = usage.rate === 'us' || usage.rate === 'fast-us';
  return micros * (isUs ? usMultiplier : 1) + webSearches * (model?.webSearches ?? 0) * 1000;
}

/** False when tokens were told as a sum only, so that nobody knows of which model they were. */
function isSplitComplete({ tokens, models }: UsageTotals): boolean {
  let sum: TokenCounts = noTokens;
  for (const usage of models) sum = addTokens(sum, usage.tokens);
  return isSameTokens(sum, tokens);
}
