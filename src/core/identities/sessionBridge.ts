import type { AgentBuildDraft } from './agentCustomizer.ts';
import type { AgentIdentity } from './agentIdentity.ts';
import type { ContinuityRecord, FencingToken, SessionSnapshot } from './continuityRecord.ts';
import type { DurableAgentSpec } from './durableAgentSpec.ts';
import type { ManagedPeerEdge } from './managedPeerEdge.ts';

/** The right under which a bridge is asked for something. It may go while the bridge is at it. */
export interface Mandate {
  readonly token: FencingToken;
  /**
   * False once somebody else owns the identity, also when that cannot be told: nothing of it may be started
   * or ended any more. To be asked right before either. Never rejects.
   */
  readonly isOurs?: (() => Promise<boolean>) | undefined;
}

/** What an embodiment is made of. */
export interface Embodiment extends Mandate {
  readonly spec: DurableAgentSpec;
  /** Its session id is a proposal for a new session. */
  readonly record: ContinuityRecord;
  readonly draft: AgentBuildDraft;
}

/** What became of an attempt to go on with a session. */
export type ResumeResult =
  | { readonly result: 'resumed'; readonly sessionId: string }
  /** The session could not be gone on with, so a new one was begun. */
  | { readonly result: 'fresh'; readonly sessionId: string; readonly reason: string };

/** What is brought to an agent. */
export interface Delivery extends Mandate {
  readonly record: ContinuityRecord;
  /** As it was said, without a word of who says it. */
  readonly text: string;
  readonly origin: DeliveryOrigin;
  /** Who says it, for the agent; without it the text is all that the agent is told. */
  readonly from?: string | undefined;
  readonly correlationId?: string | undefined;
}

/** Where a delivery comes from. */
export const deliveryOrigins = [
  'person',
  'connector',
  'scheduler',
  'policy',
  'flow',
  'system',
] as const;

/** One of `deliveryOrigins`. */
export type DeliveryOrigin = (typeof deliveryOrigins)[number];

/** What an agent is doing, as far as it can be seen from outside. */
export interface MemberInspection {
  /** The last that it said. */
  readonly outputPreview?: string | undefined;
  /** Whether its turn is over. */
  readonly isFinal: boolean;
  readonly peerReachableCount: number;
}

/** Why the bridge did not do what was asked; `snapshot` when the checkpoint makes no sense. Its message is a sentence for people. */
export class BridgeError extends Error {
  override readonly name = 'BridgeError';

  constructor(
    readonly code: 'member' | 'invalid-input' | 'snapshot',
    detail: string,
    options?: { readonly cause?: unknown },
  ) {
    super(detail, options);
  }
}

/** The port to the agents themselves. All methods may throw `BridgeError`. */
export interface SessionBridge {
  /** Resolves with the real session id, which may differ from the proposed one. */
  createSession(embodiment: Embodiment): Promise<string>;
  /** Without a snapshot there is nothing but the session id to go by. */
  resumeSession(
    embodiment: Embodiment,
    snapshot: SessionSnapshot | undefined,
  ): Promise<ResumeResult>;
  /** Resolves when the agent has what it is given, long before it is done with it. */
  deliver(delivery: Delivery): Promise<void>;
  /** What is worth keeping now; undefined when the agent is not embodied in this process. */
  checkpointSession(record: ContinuityRecord): Promise<SessionSnapshot | undefined>;
  /** Ends the agent of a record, if it runs and is still ours; one that is not is let go of. */
  retireMember(record: ContinuityRecord, reason: string, mandate?: Mandate): Promise<void>;
  wirePeers(edges: readonly WiredEdge[]): Promise<void>;
  unwirePeer(edge: WiredEdge): Promise<void>;
  /** The edges that are live now; undefined where that is not known. */
  currentWires(): Promise<readonly ManagedPeerEdge[] | undefined>;
  inspectMember(record: ContinuityRecord): Promise<MemberInspection>;
  /**
   * Told before an agent is embodied, and again when its session is known. May answer with a higher
   * checkpoint version that it knows of.
   */
  registerState?(record: ContinuityRecord, token: FencingToken): Promise<number | undefined>;
  unregisterState?(identity: AgentIdentity): Promise<void>;
}

/** An edge with the embodiments at its ends. */
export interface WiredEdge {
  readonly edge: ManagedPeerEdge;
  readonly a: ContinuityRecord;
  readonly b: ContinuityRecord;
}
