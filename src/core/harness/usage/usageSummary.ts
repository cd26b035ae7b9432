import type { AgentUsageSummary } from '../../agents/agentEntry.ts';
import type { UsageCost } from './usageCost.ts';
import type { UsageTotals } from './usageTotals.ts';

/** The part of a usage that the registry keeps. */
export type SummaryFigures = Pick<
  AgentUsageSummary,
  'inputTokens' | 'outputTokens' | 'reasoningTokens' | 'toolCalls' | 'costMicrosUsd'
>;

const maxToolCalls = 0xffff_ffff;

/**
 * The figures for an agent's entry. `inputTokens` are those of `TokenCounts.input`: what was read from a
 * cache or written to it is not among them. A cost with an unknown part is left out, and so are
 * thoughts and calls of tools where there are none.
 */
export function toUsageSummary(totals: UsageTotals, cost: UsageCost): SummaryFigures {
  const { tokens, toolCalls } = totals;
  return {
    inputTokens: BigInt(tokens.input),
    outputTokens: BigInt(tokens.output),
    ...(tokens.reasoning > 0 ? { reasoningTokens: BigInt(tokens.reasoning) } : {}),
    ...(toolCalls > 0 ? { toolCalls: Math.min(toolCalls, maxToolCalls) } : {}),
    ...(cost.microsUsd === undefined ? {} : { costMicrosUsd: BigInt(cost.microsUsd) }),
  };
}

/**
 * The summary of an entry after a reading. No figure goes down: of two processes that read at once, the
 * slower may have read less. Returns the same object when nothing changes, so that nothing is written.
 */
export function raiseUsageSummary(
  before: AgentUsageSummary,
  figures: SummaryFigures,
): AgentUsageSummary {
  const after: AgentUsageSummary = {
    ...before,
    inputTokens: greater(before.inputTokens, figures.inputTokens),
    outputTokens: greater(before.outputTokens, figures.outputTokens),
    reasoningTokens: greater(before.reasoningTokens, figures.reasoningTokens),
    toolCalls: greater(before.toolCalls, figures.toolCalls),
    costMicrosUsd: greater(before.costMicrosUsd, figures.costMicrosUsd),
  };
  const names = Object.keys(figures) as (keyof SummaryFigures)[];
  return names.every((name) => before[name] === after[name]) ? before : after;
}

function greater<T extends number | bigint>(a: T | undefined, b: T | undefined): T | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a >= b ? a : b;
}
