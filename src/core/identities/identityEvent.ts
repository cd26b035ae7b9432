import type { AgentIdentity } from './agentIdentity.ts';
import type { CheckpointVersion, FencingToken } from './continuityRecord.ts';
import type { IdentityState } from './identityState.ts';

/** What happened to one identity (REQ-06); in the order in which it happened. */
export type IdentityEvent =
  | {
      readonly kind: 'state_changed';
      readonly identity: AgentIdentity;
      readonly state: IdentityState;
      /** Why, as a sentence for people, where there is more to say. */
      readonly detail?: string | undefined;
    }
  | {
      readonly kind: 'lease_updated';
      readonly identity: AgentIdentity;
      readonly token: FencingToken;
    }
  | { readonly kind: 'lease_lost'; readonly identity: AgentIdentity }
  | {
      readonly kind: 'checkpoint_completed';
      readonly identity: AgentIdentity;
      readonly version: CheckpointVersion;
    }
  | {
      readonly kind: 'resume_fallback';
      readonly identity: AgentIdentity;
      readonly reason: string;
    }
  | {
      readonly kind: 'delivered';
      readonly identity: AgentIdentity;
      readonly token: FencingToken;
    }
  | { readonly kind: 'deleted'; readonly identity: AgentIdentity };
