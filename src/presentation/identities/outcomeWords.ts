import type { ContinuityFailure } from '../../core/identities/continuityRecord.ts';
import type { LeaseHolder } from '../../core/identities/leaseProvider.ts';
import type { ReconcileAction } from '../../core/identities/reconcileActions.ts';
import { inEnglish, type Translate } from '../agentWording.ts';
import { toPlainLine } from '../plainText.ts';
import { failureSentence, leaseHolderText } from './identityWords.ts';

const maxReasonLength = 300;

/** What became of an agent that was to be started. */
export type ShownOutcome =
  | { readonly kind: 'created' }
  | { readonly kind: 'resumed'; readonly fallbackReason?: string | undefined }
  | { readonly kind: 'held_elsewhere'; readonly holder: LeaseHolder }
  | { readonly kind: 'broken'; readonly failure: Pick<ContinuityFailure, 'kind' | 'detail'> }
  /** No file describes it, or none that can be used. */
  | { readonly kind: 'unknown' };

/** The outcome in one word or two. */
export function outcomeWordText(
  { kind }: Pick<ShownOutcome, 'kind'>,
  t: Translate = inEnglish,
): string {
  switch (kind) {
    case 'created':
      return t('created');
    case 'resumed':
      return t('resumed');
    case 'held_elsewhere':
      return t('held elsewhere');
    case 'broken':
      return t('broken');
    case 'unknown':
      return t('not described');
  }
}

/** The same as a sentence, with the reason and what to do where something is to be done. */
export function outcomeSentence(outcome: ShownOutcome, t: Translate = inEnglish): string {
  switch (outcome.kind) {
    case 'created':
      return t('It begins a new conversation.');
    case 'resumed':
      return outcome.fallbackReason === undefined
        ? t('It goes on where it stopped.')
        : t(
            'It begins a new conversation: {0}',
            toPlainLine(outcome.fallbackReason, maxReasonLength),
          );
    case 'held_elsewhere':
      return t('{0} owns it; nothing was started here.', leaseHolderText(outcome.holder, t));
    case 'broken':
      return failureSentence(outcome.failure, t);
    case 'unknown':
      return t('No file describes it, or none that can be used.');
  }
}

/** How many became what: `2 resumed, 1 held elsewhere`. Empty for nobody. */
export function outcomesText(
  outcomes: Iterable<Pick<ShownOutcome, 'kind'>>,
  t: Translate = inEnglish,
): string {
  const counts = new Map<ShownOutcome['kind'], number>();
  for (const { kind } of outcomes) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts]
    .map(([kind, count]) => t('{0} {1}', count, outcomeWordText({ kind }, t)))
    .join(', ');
}

/** What reconciling would do with one agent, a sentence. */
export function reconcileSentence(action: ReconcileAction, t: Translate = inEnglish): string {
  switch (action.action) {
    case 'activate':
      return t('{0} is new; it will be known and not started.', action.spec.identity);
    case 'retire':
      return t('{0} is not described any more; what it does ends.', action.identity);
    case 'hot_reload':
      return t('{0} changed; it takes effect with the next message.', action.identity);
    case 'respawn':
      return t(
        '{0} becomes another agent ({1}); what it does ends and it goes on as that.',
        action.identity,
        toPlainLine(action.spec.profile, 60),
      );
  }
}
