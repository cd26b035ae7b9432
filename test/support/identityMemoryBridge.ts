import type { AgentIdentity } from '../../src/core/identities/agentIdentity.ts';
import type {
  ContinuityRecord,
  SessionSnapshot,
} from '../../src/core/identities/continuityRecord.ts';
import { peerEdgeKey, type ManagedPeerEdge } from '../../src/core/identities/managedPeerEdge.ts';
import type {
  Delivery,
  Embodiment,
  MemberInspection,
  ResumeResult,
  SessionBridge,
  WiredEdge,
} from '../../src/core/identities/sessionBridge.ts';

/** The calls of a bridge that a test can hold up or let fail. */
export type BridgeCall =
  | 'create'
  | 'resume'
  | 'deliver'
  | 'checkpoint'
  | 'retire'
  | 'wire'
  | 'unwire'
  | 'wires'
  | 'inspect'
  | 'state';

/** Agents that only remember what was asked of them. */
export class MemoryBridge implements SessionBridge {
  readonly calls: string[] = [];
  readonly deliveries: Delivery[] = [];
  readonly embodiments: Embodiment[] = [];
  readonly snapshotsGiven: (SessionSnapshot | undefined)[] = [];
  /** The sessions of the agents that live. */
  readonly live = new Map<AgentIdentity, string>();
  readonly wires = new Map<string, ManagedPeerEdge>();
  /** Whether it can say which edges are live. */
  knowsWires = true;
  /** The session that is begun or gone on with, in place of the proposed one. */
  sessionId: string | undefined;
  /** Why sessions cannot be gone on with. */
  fallbackReason: string | undefined;
  /** What it would keep. */
  snapshot: SessionSnapshot | undefined = { data: Uint8Array.of(7) };
  knownVersion: number | undefined;
  inspection: MemberInspection = { isFinal: false, peerReachableCount: 0 };
  before: (call: BridgeCall, identity?: AgentIdentity) => Promise<void> | void = () => undefined;

  async createSession(embodiment: Embodiment): Promise<string> {
    const { identity, sessionId } = embodiment.record;
    await this.note('create', identity);
    this.embodiments.push(embodiment);
    const begun = this.sessionId ?? sessionId;
    this.live.set(identity, begun);
    return begun;
  }

  async resumeSession(
    embodiment: Embodiment,
    snapshot: SessionSnapshot | undefined,
  ): Promise<ResumeResult> {
    const { identity, sessionId } = embodiment.record;
    await this.note('resume', identity);
    this.embodiments.push(embodiment);
    this.snapshotsGiven.push(snapshot);
    const goneOn = this.sessionId ?? sessionId;
    this.live.set(identity, goneOn);
    if (this.fallbackReason === undefined) return { result: 'resumed', sessionId: goneOn };
    return { result: 'fresh', sessionId: goneOn, reason: this.fallbackReason };
  }

  async deliver(delivery: Delivery): Promise<void> {
    await this.note('deliver', delivery.record.identity);
    this.deliveries.push(delivery);
  }

  async checkpointSession({ identity }: ContinuityRecord): Promise<SessionSnapshot | undefined> {
    await this.note('checkpoint', identity);
    return this.live.has(identity) ? this.snapshot : undefined;
  }

  async retireMember({ identity }: ContinuityRecord): Promise<void> {
    await this.note('retire', identity);
    this.live.delete(identity);
  }

  async wirePeers(edges: readonly WiredEdge[]): Promise<void> {
    await this.note('wire');
    for (const { edge } of edges) {
      this.calls.push(`wire ${peerEdgeKey(edge)}`);
      this.wires.set(peerEdgeKey(edge), edge);
    }
  }

  async unwirePeer({ edge }: WiredEdge): Promise<void> {
    await this.before('unwire');
    this.calls.push(`unwire ${peerEdgeKey(edge)}`);
    this.wires.delete(peerEdgeKey(edge));
  }

  async currentWires(): Promise<readonly ManagedPeerEdge[] | undefined> {
    await this.before('wires');
    return this.knowsWires ? [...this.wires.values()] : undefined;
  }

  async inspectMember({ identity }: ContinuityRecord): Promise<MemberInspection> {
    await this.note('inspect', identity);
    return this.inspection;
  }

  async registerState({ identity }: ContinuityRecord): Promise<number | undefined> {
    await this.before('state', identity);
    return this.knownVersion;
  }

  unregisterState(identity: AgentIdentity): Promise<void> {
    this.calls.push(`unregister ${identity}`);
    return Promise.resolve();
  }

  /** How often something was asked. */
  count(call: BridgeCall): number {
    return this.calls.filter((each) => each.split(' ')[0] === call).length;
  }

  private async note(call: BridgeCall, identity?: AgentIdentity): Promise<void> {
    if (call !== 'wire') this.calls.push(`${call} ${identity ?? ''}`);
    await this.before(call, identity);
  }
}
