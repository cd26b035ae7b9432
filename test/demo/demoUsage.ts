import { randomInt } from 'node:crypto';

import type { DemoModel } from './demoCast.ts';

/** What one agent has used so far, as totals. */
export interface DemoUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
  readonly toolCalls: number;
}

/** What an agent has used when it reports for the first time: it has read the code. */
export function firstUsage(model: DemoModel): DemoUsage {
  return grown(
    { inputTokens: randomInt(18_000, 42_000), outputTokens: 0, reasoningTokens: 0, toolCalls: 2 },
    model,
  );
}

/** The totals after a few more seconds of work. */
export function grown(usage: DemoUsage, model: DemoModel): DemoUsage {
  return {
    inputTokens: usage.inputTokens + randomInt(1_500, 9_000),
    outputTokens: usage.outputTokens + randomInt(120, 900),
    reasoningTokens: usage.reasoningTokens + (model.isReasoning ? randomInt(80, 500) : 0),
    toolCalls: usage.toolCalls + randomInt(0, 3),
  };
}

/** The flags of `heddle-agents update` for these totals. */
export function usageFlags(usage: DemoUsage, { price, isReasoning }: DemoModel): string[] {
  const written = usage.outputTokens + usage.reasoningTokens;
  const costMicrosUsd = Math.round(usage.inputTokens * price.input + written * price.output);
  return [
    ...['--input-tokens', String(usage.inputTokens)],
    ...['--output-tokens', String(usage.outputTokens)],
    ...(isReasoning ? ['--reasoning-tokens', String(usage.reasoningTokens)] : []),
    ...['--tool-calls', String(usage.toolCalls)],
    ...['--cost-micros-usd', String(costMicrosUsd)],
  ];
}
