import type { LockConflict } from '../core/locks/lockRequest.ts';
import { conflictSentence } from '../presentation/lockWording.ts';
import { toPlainLine } from '../presentation/plainText.ts';
import type { Evidence } from './lockAccess.ts';
import { holderLabel } from '../presentation/holderLabel.ts';
import type { TextLine } from './textLine.ts';

const maxConflicts = 10;

/** Who stands in the way, for how long and why, a line for each. */
export function refusalLines(
  conflicts: readonly LockConflict[],
  evidence: Evidence,
): readonly TextLine[] {
  const { nowMs } = evidence.moment;
  const sentences = conflicts.map((conflict) =>
    conflictSentence(conflict, evidence.known(conflict.holder), { nowMs, nameOf: holderLabel }),
  );
  const lines = [...new Set(sentences)].map((sentence) => toPlainLine(sentence, 1000));
  const more = lines.length - maxConflicts;
  return more > 0 ? [...lines.slice(0, maxConflicts), `… and ${more} more.`] : lines;
}
