import type { SpendingVerdict } from '../core/harness/usage/spending.ts';
import { dollars, inEnglish, type Translate } from './agentWording.ts';

/** A crossing of a limit of which the person was told. */
export interface ToldCrossing {
  readonly level: 'near' | 'over';
  readonly limitMicrosUsd: number;
}

/** By what the limit is for. */
export type ToldCrossings = Readonly<Record<string, ToldCrossing>>;

/** A verdict that says something about a limit that was crossed. */
export type Crossing = SpendingVerdict & { readonly kind: 'near' | 'over' };

export function isCrossed(verdict: SpendingVerdict | undefined): verdict is Crossing {
  return verdict?.kind === 'near' || verdict?.kind === 'over';
}

/** True for a crossing of which nobody was told: another level, or another limit. */
export function isNews(told: ToldCrossing | undefined, verdict: SpendingVerdict): boolean {
  if (!isCrossed(verdict)) return false;
  if (told?.limitMicrosUsd !== verdict.limitMicrosUsd) return true;
  return verdict.kind === 'over' && told.level === 'near';
}

const maxTold = 10_000;

/** What was told, with these; the oldest are forgotten. */
export function withTold(
  told: ToldCrossings,
  crossings: readonly (readonly [key: string, verdict: Crossing])[],
): ToldCrossings {
  const kept = new Map(Object.entries(told));
  for (const [key, { kind: level, limitMicrosUsd }] of crossings) {
    kept.delete(key);
    kept.set(key, { level, limitMicrosUsd });
  }
  return Object.fromEntries([...kept].slice(-maxTold));
}

/** Reads what was kept; whatever is no crossing is left out. */
export function parseTold(value: unknown): ToldCrossings {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  return Object.fromEntries(
    Object.entries(value as Record<string, unknown>).filter(
      (pair): pair is [string, ToldCrossing] => isTold(pair[1]),
    ),
  );
}

function isTold(value: unknown): value is ToldCrossing {
  if (typeof value !== 'object' || value === null) return false;
  const { level, limitMicrosUsd } = value as Partial<Record<keyof ToldCrossing, unknown>>;
  return (level === 'near' || level === 'over') && typeof limitMicrosUsd === 'number';
}

/** `$5.12 of $5.00`, `≥$4.10 of $5.00`. */
export function shortCrossing(verdict: Crossing, t: Translate = inEnglish): string {
  const spent = dollars(BigInt(verdict.spentMicrosUsd));
  const limit = dollars(BigInt(verdict.limitMicrosUsd));
  return t('{0} of {1}', verdict.isLowerBound ? `≥${spent}` : spent, limit);
}

/** What the tooltip of an agent says of its limit. */
export function crossingText(verdict: Crossing, t: Translate = inEnglish): string {
  const spent = shortCrossing(verdict, t);
  return verdict.kind === 'over'
    ? t('{0} spent with subagents: over the limit', spent)
    : t('{0} spent with subagents: near the limit', spent);
}

/** One sentence about an agent, for a notification. */
export function agentCrossingSentence(
  name: string,
  verdict: Crossing,
  t: Translate = inEnglish,
): string {
  const { spent, limit } = amounts(verdict, t);
  return verdict.kind === 'over'
    ? t('{0} has spent {1} and is over its limit of {2}.', name, spent, limit)
    : t('{0} has spent {1}, which is near its limit of {2}.', name, spent, limit);
}

/** One sentence about several agents of a repository, for a notification. */
export function crossingsSentence(
  name: string,
  verdicts: readonly Crossing[],
  t: Translate = inEnglish,
): string {
  const over = verdicts.filter(({ kind }) => kind === 'over').length;
  const near = verdicts.length - over;
  if (near === 0) return t('{0} agents in {1} are over their limit of spending.', over, name);
  if (over === 0) return t('{0} agents in {1} are near their limit of spending.', near, name);
  return t(
    '{0} agents in {1} are over their limit of spending and {2} are near it.',
    ...[over, name, near],
  );
}

/** One sentence about all agents of a repository, for a notification. */
export function repositoryCrossingSentence(
  name: string,
  verdict: Crossing,
  t: Translate = inEnglish,
): string {
  const { spent, limit } = amounts(verdict, t);
  return verdict.kind === 'over'
    ? t('The agents in {0} have spent {1} today and are over the limit of {2}.', name, spent, limit)
    : t(
        'The agents in {0} have spent {1} today, which is near the limit of {2}.',
        ...[name, spent, limit],
      );
}

function amounts(
  { spentMicrosUsd, limitMicrosUsd, isLowerBound }: Crossing,
  t: Translate,
): { readonly spent: string; readonly limit: string } {
  const amount = dollars(BigInt(spentMicrosUsd));
  return {
    spent: isLowerBound ? t('at least {0}', amount) : t('about {0}', amount),
    limit: dollars(BigInt(limitMicrosUsd)),
  };
}
