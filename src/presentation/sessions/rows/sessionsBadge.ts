import { inEnglish, type Translate } from '../../agentWording.ts';
import { groupOf, type ListedSession } from './listedSession.ts';

/** What the badge of the view counts: the sessions that wait for a person; undefined for none. */
export function sessionsBadge(
  sessions: readonly ListedSession[],
  t: Translate = inEnglish,
): { readonly value: number; readonly text: string } | undefined {
  const value = sessions.filter((session) => groupOf(session) === 'needs-you').length;
  if (value === 0) return undefined;
  const text = value === 1 ? t('1 session waits for you') : t('{0} sessions wait for you', value);
  return { value, text };
}
