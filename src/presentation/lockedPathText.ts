import type { LockPath } from '../core/locks/lockPath.ts';
import type { Translate } from './agentWording.ts';
import { heldLines } from './heldLines.ts';
import type { HolderFace } from './holderWording.ts';
import type { LockedPath } from './lockedPath.ts';
import { toPlainLine } from './plainText.ts';

/** What the texts of a locked path need to know. */
export interface LockedPathContext {
  readonly t: Translate;
  face(holderId: number): HolderFace | undefined;
}

const maxListedHolders = 3;
const maxListedWaiters = 5;

/** The lines of a tooltip for everybody who holds a path and everybody who waits for it. */
export function lockedPathLines(
  { holds, waits }: Pick<LockedPath, 'holds' | 'waits'>,
  context: LockedPathContext,
  nowMs?: number,
): readonly string[] {
  const { t } = context;
  const lines = [...holds]
    .sort(([a], [b]) => a - b)
    .slice(0, maxListedHolders)
    .flatMap(([id, held]) => {
      const face = context.face(id) ?? unknownFace(t);
      return heldLines(face, held, { t, nowMs });
    });
  if (holds.size > maxListedHolders) {
    lines.push(t('{0} more hold it', holds.size - maxListedHolders));
  }
  if (waits.length > 0) {
    const names = waits
      .slice(0, maxListedWaiters)
      .map(({ holderId }) => (context.face(holderId) ?? unknownFace(t)).name);
    const more = waits.length - names.length;
    const list = more > 0 ? t('{0} and {1} more', names.join(', '), more) : names.join(', ');
    lines.push(t('Waiting: {0}', list));
  }
  return lines;
}

/** Everything that is shown of a locked path and does not follow the clock, to be compared. */
export function lookOf(entry: LockedPath, context: LockedPathContext): string {
  return [entry.kind, ...lockedPathLines(entry, context)].join('\n');
}

/** A path for a line of text. */
export function pathText(path: LockPath, t: Translate): string {
  return path === '.' ? t('the whole repository') : toPlainLine(path, 120);
}

function unknownFace(t: Translate): HolderFace {
  return { name: t('somebody'), chain: undefined, isMine: false, hasSession: false };
}
