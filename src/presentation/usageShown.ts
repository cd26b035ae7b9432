import type { AgentUsageSummary } from '../core/agents/agentEntry.ts';
import { pricesOf } from '../core/harness/usage/modelPrices.ts';
import type { PriceTable } from '../core/harness/usage/priceTable.ts';
import { noTokens } from '../core/harness/usage/tokenCounts.ts';
import { addCosts, costOf, type UsageCost } from '../core/harness/usage/usageCost.ts';
import {
  addTotals,
  isSameTotals,
  nothingUsed,
  type UsageTotals,
} from '../core/harness/usage/usageTotals.ts';

/** What an agent has used, as the window shows it. The object stays the same while it looks the same. */
export interface ShownUsage {
  readonly totals: UsageTotals;
  readonly cost: UsageCost;
  /** Only what its entry says, of which nobody knows how it was counted. */
  readonly isFromEntry: boolean;
}

/** What was counted, with its cost, and with the size of the context as the list of prices tells it. */
export function pricedUsage(totals: UsageTotals, prices: PriceTable): ShownUsage {
  const listed = totals.model === undefined ? undefined : pricesOf(prices, totals.model)?.context;
  return {
    totals: { ...totals, contextLimit: totals.contextLimit ?? listed },
    cost: costOf(totals, prices),
    isFromEntry: false,
  };
}

/** True when the figures are the same. */
export function isSameUsage(a: ShownUsage, b: ShownUsage): boolean {
  return (
    isSameTotals(a.totals, b.totals) &&
    a.cost.microsUsd === b.cost.microsUsd &&
    a.cost.atLeastMicrosUsd === b.cost.atLeastMicrosUsd
  );
}

/** Undefined when the entry says nothing. */
export function usageOfEntry(summary: AgentUsageSummary): ShownUsage | undefined {
  const { inputTokens, outputTokens, reasoningTokens, toolCalls, costMicrosUsd } = summary;
  const known = [inputTokens, outputTokens, reasoningTokens, toolCalls, costMicrosUsd];
  if (known.every((figure) => figure === undefined)) return undefined;
  const micros = costMicrosUsd === undefined ? undefined : toCount(costMicrosUsd);
  return {
    totals: {
      ...nothingUsed,
      tokens: {
        ...noTokens,
        input: toCount(inputTokens),
        output: toCount(outputTokens),
        reasoning: toCount(reasoningTokens),
      },
      toolCalls: toolCalls ?? 0,
    },
    cost: {
      microsUsd: micros,
      atLeastMicrosUsd: micros ?? 0,
      source: 'told',
      unpricedModels: [],
    },
    isFromEntry: true,
  };
}

function toCount(value: bigint | undefined): number {
  if (value === undefined) return 0;
  const most = BigInt(Number.MAX_SAFE_INTEGER);
  return Number(value > most ? most : value);
}

/** What several agents used together; undefined of none. A sum is from entries when all its parts are. */
export function addUsages(usages: readonly ShownUsage[]): ShownUsage | undefined {
  const [first, ...others] = usages;
  if (first === undefined) return undefined;
  return others.reduce(
    (sum, usage) => ({
      totals: addTotals(sum.totals, usage.totals),
      cost: addCosts(sum.cost, usage.cost),
      isFromEntry: sum.isFromEntry && usage.isFromEntry,
    }),
    first,
  );
}
