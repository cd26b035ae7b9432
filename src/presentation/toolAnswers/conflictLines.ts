import type { LockConflict } from '../../core/locks/lockRequest.ts';
import { holderLabel } from '../holderLabel.ts';
import { conflictSentence } from '../lockWording.ts';
import { toPlainLine } from '../plainText.ts';
import type { LockEvidence } from './lockEvidence.ts';
import { boundedLines } from './rows.ts';

const maxConflicts = 10;

/** Who stands in the way, for how long and why, a sentence for each. */
export function conflictLines(
  conflicts: readonly LockConflict[],
  evidence: Pick<LockEvidence, 'known' | 'moment'>,
): readonly string[] {
  const { nowMs } = evidence.moment;
  const sentences = conflicts.map((conflict) =>
    conflictSentence(conflict, evidence.known(conflict.holder), { nowMs, nameOf: holderLabel }),
  );
  const lines = [...new Set(sentences)].map((sentence) => toPlainLine(sentence, 1000));
  return boundedLines(lines, maxConflicts);
}
