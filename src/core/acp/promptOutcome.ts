import type { SummaryFigures } from '../harness/usage/usageSummary.ts';
import type { Cost } from '../sessions/agentUpdate.ts';
import { present } from '../sessions/fieldReaders.ts';
import type { TokenUsage } from '../sessions/tokenUsage.ts';
import { countOf, nameOf, tableOf } from './wireFields.ts';

/** How a turn ended, by the answer to `session/prompt`. */
export interface PromptOutcome {
  /** In the word of the protocol, such as `end_turn`. */
  readonly stopReason: string;
  /** Of the turn, where the agent tells it. */
  readonly usage?: TokenUsage | undefined;
  /** Of its prompt, those that came from no cache and went into none. */
  readonly uncachedTokens?: number | undefined;
}

/** Undefined when it says no reason, which every answer must. */
export function toPromptOutcome(value: unknown): PromptOutcome | undefined {
  const fields = tableOf(value);
  const stopReason = nameOf(fields.stopReason);
  if (stopReason === undefined) return undefined;
  return present({
    stopReason,
    usage: toTokenUsage(fields.usage) ?? quotaUsage(fields._meta),
    uncachedTokens: countOf(tableOf(fields.usage).inputTokens),
  });
}

/** Tokens that were read from a cache or written to it are tokens of the prompt as well. */
function toTokenUsage(value: unknown): TokenUsage | undefined {
  const fields = tableOf(value);
  const input = countOf(fields.inputTokens);
  const output = countOf(fields.outputTokens);
  if (input === undefined && output === undefined) return undefined;
  const cached = (countOf(fields.cachedReadTokens) ?? 0) + (countOf(fields.cachedWriteTokens) ?? 0);
  return present({
    promptTokens: input === undefined ? undefined : input + cached,
    completionTokens: output,
  });
}

/** As Gemini CLI tells it. */
function quotaUsage(value: unknown): TokenUsage | undefined {
  const { input_tokens: input, output_tokens: output } = tableOf(
    tableOf(tableOf(value).quota).token_count,
  );
  const usage = present({ promptTokens: countOf(input), completionTokens: countOf(output) });
  return usage.promptTokens === undefined && usage.completionTokens === undefined
    ? undefined
    : usage;
}

/** Two turns of one conversation as one, which ended as the second. */
export function outcomeOfBoth(first: PromptOutcome, second: PromptOutcome): PromptOutcome {
  const uncachedTokens = sumOf(first.uncachedTokens, second.uncachedTokens);
  const usage = present<TokenUsage>({
    promptTokens: sumOf(first.usage?.promptTokens, second.usage?.promptTokens),
    completionTokens: sumOf(first.usage?.completionTokens, second.usage?.completionTokens),
  });
  const isKnown = first.usage !== undefined || second.usage !== undefined;
  return present({
    stopReason: second.stopReason,
    usage: isKnown ? usage : undefined,
    uncachedTokens,
  });
}

function sumOf(first: number | undefined, second: number | undefined): number | undefined {
  return first === undefined && second === undefined ? undefined : (first ?? 0) + (second ?? 0);
}

/** What the entry of the agent keeps of it. Costs in other currencies are left out. */
export function summaryFigures(
  { usage, uncachedTokens }: PromptOutcome,
  cost: Cost | undefined,
): SummaryFigures {
  const output = usage?.completionTokens;
  const micros = cost?.currency === 'USD' ? Math.round(cost.amount * 1e6) : -1;
  return {
    ...(uncachedTokens !== undefined && { inputTokens: BigInt(uncachedTokens) }),
    ...(output !== undefined && { outputTokens: BigInt(output) }),
    ...(micros >= 0 && Number.isSafeInteger(micros) && { costMicrosUsd: BigInt(micros) }),
  };
}
