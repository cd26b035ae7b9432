import type { ReportedUsage } from '../harnessEvent.ts';
import { addModelUsage, isSameModelUsages, type ModelUsage } from './modelUsage.ts';
import { addCounts, addTokens, isSameTokens, noTokens, type TokenCounts } from './tokenCounts.ts';

/** What one agent has used so far, its children not included. All counts are safe integers. */
export interface UsageTotals {
  readonly tokens: TokenCounts;
  readonly toolCalls: number;
  /** The split of `tokens` by model and price; it may be incomplete where only sums are told. */
  readonly models: readonly ModelUsage[];
  /** The model that was used last. */
  readonly model: string | undefined;
  /** How many tokens its context holds now, and may hold, as the harness counts them. */
  readonly contextTokens: number | undefined;
  readonly contextLimit: number | undefined;
  /** The cost that the harness itself tells, in millionths of a US dollar. */
  readonly toldMicrosUsd: number | undefined;
  /** The same for the agent and all its children; never to be added to what they cost. */
  readonly toldWithChildrenMicrosUsd: number | undefined;
}

export const nothingUsed: UsageTotals = {
  tokens: noTokens,
  toolCalls: 0,
  models: [],
  model: undefined,
  contextTokens: undefined,
  contextLimit: undefined,
  toldMicrosUsd: undefined,
  toldWithChildrenMicrosUsd: undefined,
};

/** Counts what one answer of a model used; with a sign of -1 takes it back. */
export function countUsage(totals: UsageTotals, usage: ModelUsage, sign: 1 | -1 = 1): UsageTotals {
  return {
    ...totals,
    tokens: addTokens(totals.tokens, usage.tokens, sign),
    models: addModelUsage(totals.models, usage, sign),
  };
}

/**
 * What two agents have used together. There is no context or last model of two; a told cost stays one
 * only when both tell theirs. Costs are added with `addCosts`, which knows the rest.
 */
export function addTotals(a: UsageTotals, b: UsageTotals): UsageTotals {
  let models = a.models;
  for (const usage of b.models) models = addModelUsage(models, usage);
  return {
    ...nothingUsed,
    tokens: addTokens(a.tokens, b.tokens),
    toolCalls: addCounts(a.toolCalls, b.toolCalls),
    models,
    model: a.model === b.model ? a.model : undefined,
    toldMicrosUsd:
      a.toldMicrosUsd === undefined || b.toldMicrosUsd === undefined
        ? undefined
        : addCounts(a.toldMicrosUsd, b.toldMicrosUsd),
  };
}

/** True when nothing that is shown differs. The order of the models does not matter. */
export function isSameTotals(a: UsageTotals, b: UsageTotals): boolean {
  return (
    a === b ||
    (isSameTokens(a.tokens, b.tokens) &&
      a.toolCalls === b.toolCalls &&
      a.model === b.model &&
      a.contextTokens === b.contextTokens &&
      a.contextLimit === b.contextLimit &&
      a.toldMicrosUsd === b.toldMicrosUsd &&
      a.toldWithChildrenMicrosUsd === b.toldWithChildrenMicrosUsd &&
      isSameModelUsages(a.models, b.models))
  );
}

/**
 * Takes over the figures that an event told. They are sums from the beginning of the session, so a
 * lower one is an event that came late and changes nothing; of the context the newest counts.
 */
export function applyReported(
  totals: UsageTotals,
  reported: ReportedUsage,
  model?: string,
): UsageTotals {
  const { tokens } = totals;
  const toldMicrosUsd = toMicrosUsd(reported.costUsd);
  return {
    ...totals,
    tokens: {
      ...tokens,
      input: raised(tokens.input, reported.inputTokens),
      output: raised(tokens.output, reported.outputTokens),
      reasoning: raised(tokens.reasoning, reported.reasoningTokens),
      cacheRead: raised(tokens.cacheRead, reported.cacheReadTokens),
      cacheWrite: raised(tokens.cacheWrite, reported.cacheWriteTokens),
    },
    model: model ?? totals.model,
    contextTokens: reported.contextTokens ?? totals.contextTokens,
    contextLimit: reported.contextLimit ?? totals.contextLimit,
    toldMicrosUsd:
      toldMicrosUsd === undefined
        ? totals.toldMicrosUsd
        : raised(totals.toldMicrosUsd ?? 0, toldMicrosUsd),
  };
}

/** Dollars as whole millionths; undefined for what is no sum of money. */
export function toMicrosUsd(usd: number | undefined): number | undefined {
  if (usd === undefined || !Number.isFinite(usd) || usd < 0) return undefined;
  const micros = Math.round(usd * 1e6);
  return Number.isSafeInteger(micros) ? micros : undefined;
}

function raised(before: number, told: number | undefined): number {
  return told !== undefined && Number.isSafeInteger(told) && told > before ? told : before;
}
