import type { AgentBuildDraft } from './agentCustomizer.ts';
import type { AgentIdentity } from './agentIdentity.ts';
import type { ContinuityFailure, ContinuityRecord, SessionSnapshot } from './continuityRecord.ts';
import type { IdentityProblem } from './identityError.ts';
import type { LeaseHolder } from './leaseProvider.ts';
import type { ManagedPeerEdge } from './managedPeerEdge.ts';

/** What became of one identity in a restore. */
export type RestoreOutcome =
  /** It had no session yet, or none that left a checkpoint. */
  | {
      readonly outcome: 'created';
      readonly record: ContinuityRecord;
      readonly draft: AgentBuildDraft;
    }
  /** It goes on; without a snapshot it was active here all the time. */
  | {
      readonly outcome: 'resumed';
      readonly record: ContinuityRecord;
      readonly snapshot?: SessionSnapshot | undefined;
      readonly draft: AgentBuildDraft;
      /** Why a new session was begun in place of the old one. */
      readonly fallbackReason?: string | undefined;
    }
  /** Somebody else owns it; nothing was started here. */
  | {
      readonly outcome: 'held_elsewhere';
      readonly holder: LeaseHolder;
      readonly record?: ContinuityRecord | undefined;
    }
  | { readonly outcome: 'broken'; readonly failure: ContinuityFailure }
  /** It is known, and nothing was to be started. */
  | {
      readonly outcome: 'dormant';
      readonly record?: ContinuityRecord | undefined;
      readonly draft: AgentBuildDraft;
    };

/** What became of a roster. */
export interface RestoreFlowResult {
  /** One for each identity, in the order of the roster. */
  readonly outcomes: ReadonlyMap<AgentIdentity, RestoreOutcome>;
  readonly managedEdges: readonly ManagedPeerEdge[];
  /** Set when the agents are there and could not all be connected. */
  readonly peerProblem?: IdentityProblem | undefined;
}
