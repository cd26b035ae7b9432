import { inEnglish, type Translate } from '../../agentWording.ts';
import { identityWord } from '../identityWords.ts';
import type { PlacedIdentity, PlacedProblem } from './placedIdentity.ts';

/** What the badge of the view counts: what somebody has to put right; undefined for nothing. */
export function identitiesBadge(
  identities: readonly PlacedIdentity[],
  problems: readonly PlacedProblem[],
  t: Translate = inEnglish,
): { readonly value: number; readonly text: string } | undefined {
  const broken = identities.filter(({ listed }) => isWrong(listed)).length;
  const files = problems.filter(({ problem }) => problem.severity === 'error').length;
  const value = broken + files;
  if (value === 0) return undefined;
  const text = value === 1 ? t('1 named agent is broken') : t('{0} named agents are broken', value);
  return { value, text };
}

function isWrong(listed: PlacedIdentity['listed']): boolean {
  const word = identityWord(listed);
  return word === 'broken' || word === 'unusable' || hasError(listed);
}

function hasError({ problems }: PlacedIdentity['listed']): boolean {
  return problems.some(({ severity }) => severity === 'error');
}
