import type { UsageCost } from '../core/harness/usage/usageCost.ts';
import type { TokenCounts } from '../core/harness/usage/tokenCounts.ts';
import { dollars, grouped, inEnglish, type Translate } from './agentWording.ts';
import { toPlainLine } from './plainText.ts';
import type { ShownUsage } from './usageShown.ts';

const centMicros = 10_000;

/**
 * `≈$0.42 · 31 k tokens`, only what is known; undefined when nothing is. What is read from a cache again
 * is not counted: it is the same text each time.
 */
export function shortUsage(
  usage: ShownUsage | undefined,
  { t = inEnglish, hasCost = true }: { readonly t?: Translate; readonly hasCost?: boolean } = {},
): string | undefined {
  if (usage === undefined) return undefined;
  const tokens = newTokens(usage.totals.tokens);
  const parts = [
    hasCost ? shortCost(usage.cost) : undefined,
    tokens === 0 ? undefined : t('{0} tokens', compactCount(tokens)),
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(' · ');
}

/** Tokens that the model was sent anew or wrote. */
export function newTokens({ input, cacheWrite, output }: TokenCounts): number {
  return input + cacheWrite + output;
}

/** `$0.42` as told, `≈$0.42` as estimated, `≥$0.42` where a part has no price; undefined for nothing. */
export function shortCost(cost: UsageCost): string | undefined {
  const micros = cost.atLeastMicrosUsd;
  if (micros === 0) return undefined;
  const sign = cost.microsUsd === undefined ? '≥' : cost.source === 'estimated' ? '≈' : '';
  return micros < centMicros ? '<$0.01' : `${sign}${dollars(BigInt(micros))}`;
}

/** The cost in words, with how it is known: `about $0.42, estimated by list prices of 2026-09-28`. */
export function costText(
  { cost, isFromEntry }: ShownUsage,
  { pricesAsOf, t = inEnglish }: { readonly pricesAsOf: string; readonly t?: Translate },
): string | undefined {
  const { microsUsd, atLeastMicrosUsd, source, unpricedModels } = cost;
  const amount = dollars(BigInt(atLeastMicrosUsd));
  if (microsUsd === undefined) {
    const models = unpricedModels
      .filter((model) => model !== '')
      .map((model) => toPlainLine(model, 40))
      .join(', ');
    if (atLeastMicrosUsd === 0) {
      if (isFromEntry) return undefined;
      return models === '' ? t('not known') : t('not known: no price of {0}', models);
    }
    return models === ''
      ? t('at least {0}; of a part the price is not known', amount)
      : t('at least {0}; no price of {1}', amount, models);
  }
  if (isFromEntry) return amount;
  return source === 'told'
    ? t('{0}, as the agent tells', amount)
    : t('about {0}, by list prices as of {1}', amount, pricesAsOf);
}

/** `12,345 in · 678 out, 90 of it reasoning · 1,200 read from cache · 300 written to it`. */
export function tokensText(tokens: TokenCounts, t: Translate = inEnglish): string {
  const count = (value: number): string => grouped(BigInt(value));
  const { input, output, reasoning, cacheRead, cacheWrite } = tokens;
  const parts = [
    t('{0} in', count(input)),
    reasoning > 0
      ? t('{0} out, {1} of it reasoning', count(output), count(reasoning))
      : t('{0} out', count(output)),
    cacheRead > 0 && t('{0} read from cache', count(cacheRead)),
    cacheWrite > 0 && t('{0} written to cache', count(cacheWrite)),
  ];
  return parts.filter((part) => part !== false).join(' · ');
}

/** How full the context is: `▰▰▰▰▰▰▱▱▱▱ 62 % of 200 k`; without a known limit only the tokens. */
export function contextText(
  {
    contextTokens,
    contextLimit,
  }: { readonly contextTokens: number | undefined; readonly contextLimit: number | undefined },
  t: Translate = inEnglish,
): string | undefined {
  if (contextTokens === undefined) return undefined;
  if (contextLimit === undefined || contextLimit <= 0) {
    return t('{0} tokens', compactCount(contextTokens));
  }
  const share = contextTokens / contextLimit;
  const percent = share > 0 && share < 0.01 ? '<1' : String(Math.round(share * 100));
  return t('{0} {1} % of {2}', bar(share), percent, compactCount(contextLimit));
}

const barLength = 10;

function bar(share: number): string {
  const full = Math.min(barLength, Math.round(share * barLength));
  return '▰'.repeat(full) + '▱'.repeat(barLength - full);
}

/** `950`, `3.1 k`, `31 k`, `1.2 M`: three figures at most, never rounded up to the next unit. */
export function compactCount(value: number): string {
  if (value < 1000) return String(value);
  const units = ['k', 'M', 'G', 'T', 'P'];
  let scaled = value / 1000;
  let unit = 0;
  while (scaled >= 1000 && unit < units.length - 1) {
    scaled /= 1000;
    unit += 1;
  }
  const shown = scaled < 10 ? Math.floor(scaled * 10) / 10 : Math.floor(scaled);
  return `${shown} ${units[unit] ?? ''}`;
}
