import type { ContinuityHealth } from '../../core/identities/identityStatus.ts';
import { inEnglish, type Translate } from '../agentWording.ts';
import { shortDuration } from '../duration.ts';
import { toPlainLine } from '../plainText.ts';

const maxProblemLength = 300;

/** How safe the checkpoints of an agent are, in a few words. */
export function durabilityText(
  { durability, isStoreReachable, unsavedMs, replication }: ContinuityHealth,
  t: Translate = inEnglish,
): string {
  if (!isStoreReachable) return t('the store did not answer the last time');
  switch (durability.kind) {
    case 'sync_write_through':
      return t('written through at once');
    case 'buffered_export':
      return unsavedMs === undefined
        ? t('written after at most {0}', shortDuration(durability.maxLossWindowMs))
        : t('in memory only for {0}', shortDuration(unsavedMs));
    case 'async_replicated': {
      const { waiting = 0, lagMs = 0, problem } = replication ?? {};
      if (problem !== undefined) {
        return t('not mirrored: {0}', toPlainLine(problem, maxProblemLength));
      }
      if (waiting === 0) return t('mirrored');
      return t('{0} wait to be mirrored, for {1}', waiting, shortDuration(lagMs));
    }
  }
}
