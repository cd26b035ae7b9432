import { shortened } from '../../activity/utf8.ts';
import { addCounts, addTokens, isSameTokens, noTokens, type TokenCounts } from './tokenCounts.ts';

/** What a provider charges differently for, apart from the model and the length of the prompt. */
export const serviceRates = ['standard', 'fast', 'us', 'fast-us'] as const;
export type ServiceRate = (typeof serviceRates)[number];

/** Prompts longer than one of these are charged more by some providers. Ascending. */
export const promptSteps = [0, 100_000, 200_000, 272_000] as const;
export type PromptStep = (typeof promptSteps)[number];

/** What was used of one model under one price. */
export interface ModelUsage {
  /** As the harness names it, in at most 100 characters; empty when it does not. */
  readonly model: string;
  readonly rate: ServiceRate;
  /** Every prompt counted here is longer than this, and not longer than the next step. */
  readonly promptsAbove: PromptStep;
  readonly tokens: TokenCounts;
  /** Searches of the web by the provider, which are charged apart. */
  readonly webSearches: number;
}

/** More models than an honest session uses; what exceeds them is counted under `otherModels`. */
export const maxModelUsages = 32;
export const otherModels = '(other models)';
const maxModelLength = 100;

/** The step that a prompt of so many tokens belongs to. */
export function promptStep(tokens: number): PromptStep {
  return promptSteps.findLast((step) => tokens > step) ?? 0;
}

/** A name of a model from an untrusted source: text of bounded length in one line, or nothing. */
export function toModelName(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const name = shortened(value.slice(0, 4 * maxModelLength), maxModelLength)
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
    .trim();
  return name === '' ? undefined : name;
}

/** Adds a usage to the others of its price; with a sign of -1 takes it away again. */
export function addModelUsage(
  usages: readonly ModelUsage[],
  added: ModelUsage,
  sign: 1 | -1 = 1,
): readonly ModelUsage[] {
  const index = usages.findIndex((usage) => isSamePrice(usage, added));
  if (index === -1) return addUnderNewPrice(usages, added, sign);
  const usage = usages[index] ?? added;
  return usages.with(index, {
    ...usage,
    tokens: addTokens(usage.tokens, added.tokens, sign),
    webSearches: addCounts(usage.webSearches, sign * added.webSearches),
  });
}

function addUnderNewPrice(
  usages: readonly ModelUsage[],
  added: ModelUsage,
  sign: 1 | -1,
): readonly ModelUsage[] {
  if (usages.length < maxModelUsages - 1 || added.model === otherModels) {
    const none = { ...added, tokens: noTokens, webSearches: 0 };
    return addModelUsage([...usages, none], added, sign);
  }
  const other = { ...added, model: otherModels, rate: 'standard', promptsAbove: 0 } as const;
  return addModelUsage(usages, other, sign);
}

function isSamePrice(a: ModelUsage, b: ModelUsage): boolean {
  return a.model === b.model && a.rate === b.rate && a.promptsAbove === b.promptsAbove;
}

export function isSameModelUsages(a: readonly ModelUsage[], b: readonly ModelUsage[]): boolean {
  return (
    a.length === b.length &&
    a.every((usage) => {
      const other = b.find((candidate) => isSamePrice(usage, candidate));
      return other?.webSearches === usage.webSearches && isSameTokens(usage.tokens, other.tokens);
    })
  );
}
