import { sessionIdOf } from '../core/locks/lockHolder.ts';
import { holderName } from './holderWording.ts';
import type { KnownHolder } from './lockWording.ts';
import { toPlainLine } from './plainText.ts';

const maxIdLength = 64;

/** The name, and the session by which commands and tools know who it is. */
export function holderLabel(who: Pick<KnownHolder, 'holder' | 'entry'>): string {
  const name = holderName(who);
  const sessionId = sessionIdOf(who.holder);
  if (sessionId === undefined || sessionId === name) return name;
  return `${name} (${toPlainLine(sessionId, maxIdLength)})`;
}
