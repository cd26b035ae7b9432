import type { AgentIdentity } from '../../core/identities/agentIdentity.ts';
import type {
  ContinuityFailure,
  ContinuityFailureKind,
  ContinuityRecord,
} from '../../core/identities/continuityRecord.ts';
import type { LeaseHolder } from '../../core/identities/leaseProvider.ts';
import type { RestoreOutcome } from '../../core/identities/restoreOutcome.ts';

/** What became of one agent that was to be started. */
export type StartOutcome = { readonly identity: AgentIdentity } & (
  | { readonly kind: 'created'; readonly record: ContinuityRecord }
  | {
      readonly kind: 'resumed';
      readonly record: ContinuityRecord;
      /** Why a new conversation was begun in place of the old one. */
      readonly fallbackReason?: string | undefined;
    }
  /** Somebody else owns it; nothing was started here. */
  | { readonly kind: 'held_elsewhere'; readonly holder: LeaseHolder }
  | {
      readonly kind: 'broken';
      readonly failure: ContinuityFailure;
      /** What to do, a sentence for people. */
      readonly advice: string;
    }
  /** No file describes it, or none that can be used. */
  | { readonly kind: 'unknown' }
);

/** The outcome of a restore in words that people can do something with. */
export function startOutcomeOf(identity: AgentIdentity, outcome: RestoreOutcome): StartOutcome {
  switch (outcome.outcome) {
    case 'created':
      return { identity, kind: 'created', record: outcome.record };
    case 'resumed': {
      const { record, fallbackReason } = outcome;
      const fallback = fallbackReason === undefined ? {} : { fallbackReason };
      return { identity, kind: 'resumed', record, ...fallback };
    }
    case 'held_elsewhere':
      return { identity, kind: 'held_elsewhere', holder: outcome.holder };
    case 'broken': {
      const { failure } = outcome;
      return { identity, kind: 'broken', failure, advice: failureAdvice(failure.kind) };
    }
    case 'dormant':
      return { identity, kind: 'unknown' };
  }
}

/** What to do about an agent that cannot be gone on with. */
export function failureAdvice(kind: ContinuityFailureKind): string {
  return advices[kind];
}

const advices: Readonly<Record<ContinuityFailureKind, string>> = {
  snapshot_missing: 'Restore the file, or reset the agent: it begins a new conversation then.',
  snapshot_corrupted: 'Reset the agent: it begins a new conversation then.',
  generation_mismatch: 'Start it again; if that does not help, reset it.',
  store_unavailable: 'Correct what is said to be wrong, then start it again.',
  resume_rejected: 'Correct what is said to be wrong and start it again, or reset it.',
  embodiment_failed: 'Correct what is said to be wrong and start it again.',
};
