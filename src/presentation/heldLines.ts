import type { HeldPath } from '../core/locks/lockSnapshot.ts';
import type { Translate } from './agentWording.ts';
import type { HolderFace } from './holderWording.ts';
import { coarseTimeLeft, endText, minute } from './lockTimes.ts';
import { toPlainLine } from './plainText.ts';

export interface HeldLinesOptions {
  readonly t: Translate;
  /** Without it, nothing is said that changes with time alone. */
  readonly nowMs?: number | undefined;
}

/** What a tooltip says of a lock, a line each: who, spawned by whom, why, since when, for how long. */
export function heldLines(
  face: HolderFace,
  held: HeldPath,
  { t, nowMs }: HeldLinesOptions,
): readonly string[] {
  const { lock } = held;
  const coarse = nowMs === undefined ? undefined : coarseTimeLeft(held, nowMs, t);
  const end = [coarse, endText(held, t)].filter((part) => part !== undefined).join(', ');
  return [
    whoText(face, held, t),
    ...(face.chain === undefined ? [] : [t('Chain: {0}', face.chain)]),
    ...(lock.reason === undefined ? [] : [t('Reason: {0}', toPlainLine(lock.reason))]),
    t('Since: {0}', minute(lock.grantedAtMs)),
    t('Time left: {0}', end),
  ];
}

/** Who holds it, and how. */
export function whoText(face: HolderFace, { lock }: HeldPath, t: Translate): string {
  if (lock.isSoft) return t('Unsaved changes by {0}', face.name);
  if (lock.mode === 'shared') return t('Locked by {0}, shared', face.name);
  return t('Locked by {0}', face.name);
}
