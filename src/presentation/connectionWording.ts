import type { ConnectionScope } from '../core/harness/connectionRecipe.ts';
import { inEnglish, type Translate } from './agentWording.ts';

/** How an agent is connected in one scope; the words are those of the command line. */
export type ConnectionWord = 'connected' | 'not-connected' | 'outdated' | 'damaged';

export interface ScopedConnection {
  readonly scope: ConnectionScope;
  readonly state: ConnectionWord;
}

/** `connected in this checkout`, with what is wrong first; `not connected`. */
export function connectionText(
  connections: readonly ScopedConnection[],
  t: Translate = inEnglish,
): string {
  const order: readonly ConnectionWord[] = ['damaged', 'outdated', 'connected'];
  const parts = order.flatMap((word) => {
    const scopes = connections.filter(({ state }) => state === word);
    if (scopes.length === 0) return [];
    const where = scopes.map(({ scope }) => placeText(scope, t)).join(', ');
    return [`${stateText(word, t)} ${where}`];
  });
  return parts.length === 0 ? t('not connected') : parts.join(' · ');
}

/** True when there is nothing that connecting would make better. */
export function isWellConnected(connections: readonly ScopedConnection[]): boolean {
  const isAnyWrong = connections.some(({ state }) => state === 'outdated' || state === 'damaged');
  return !isAnyWrong && connections.some(({ state }) => state === 'connected');
}

/** What a scope means, for somebody who chooses one. */
export function scopeTexts(
  scope: ConnectionScope,
  t: Translate = inEnglish,
): { readonly label: string; readonly description: string; readonly detail: string } {
  switch (scope) {
    case 'local':
      return {
        label: t('Local'),
        description: t('this checkout, not committed'),
        detail: t('For you, in this checkout only. Git does not show the file.'),
      };
    case 'shared':
      return {
        label: t('Shared'),
        description: t('this repository, committed'),
        detail: t('For everybody here. It does nothing where Heddle Agents is missing.'),
      };
    case 'user':
      return {
        label: t('User'),
        description: t('all your repositories'),
        detail: t('In your own settings. It does nothing where there is no registry.'),
      };
  }
}

function stateText(word: ConnectionWord, t: Translate): string {
  switch (word) {
    case 'connected':
      return t('connected');
    case 'not-connected':
      return t('not connected');
    case 'outdated':
      return t('outdated');
    case 'damaged':
      return t('damaged');
  }
}

function placeText(scope: ConnectionScope, t: Translate): string {
  switch (scope) {
    case 'local':
      return t('in this checkout');
    case 'shared':
      return t('for everybody here');
    case 'user':
      return t('in your settings');
  }
}
