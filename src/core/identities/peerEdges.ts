import { errorText } from '../../base/errorText.ts';
import { SerialQueue } from '../../base/serialQueue.ts';
import type { AgentIdentity } from './agentIdentity.ts';
import { computeEdges } from './buildDraft.ts';
import type { ContinuityRecord } from './continuityRecord.ts';
import { askBridge } from './embody.ts';
import { internalFailure } from './identityError.ts';
import { peerEdgeKey, type ManagedPeerEdge } from './managedPeerEdge.ts';
import type { RuntimeCore } from './runtimeCore.ts';
import type { SessionBridge, WiredEdge } from './sessionBridge.ts';

/** How many edges are taken down at once. */
export const maxUnwiresAtOnce = 64;

/** The peer edges that this runtime made or took over. Others are never touched. */
export class PeerEdges {
  private readonly managed = new Map<string, WiredEdge>();
  private readonly queue = new SerialQueue();

  constructor(private readonly core: RuntimeCore) {}

  get edges(): readonly ManagedPeerEdge[] {
    return [...this.managed.values()].map(({ edge }) => edge);
  }

  /**
   * Connects what is desired and disconnects what is not desired any more, among identities that are
   * active here; edges that end elsewhere are passed over. One at a time; without a bridge nothing.
   * @throws IdentityError `internal`; what was not done is tried again the next time
   */
  reconcile(desired: readonly ManagedPeerEdge[]): Promise<void> {
    return this.queue.run(async () => {
      const { bridge } = this.core.config;
      if (bridge !== undefined) await this.apply(bridge, desired);
    });
  }

  /**
   * The same with what the topology says now of those that are active. As well as it can: an agent that is
   * there is not undone because its peers are not connected.
   */
  async refresh(): Promise<void> {
    const { core } = this;
    if (core.build.topology === undefined) return;
    const active = core.book.all().filter(({ state }) => state === 'active');
    try {
      const targets = active.map(({ identity }) => identity);
      const specs = active.map(({ spec }) => spec);
      await this.reconcile(await computeEdges(core, targets, specs));
    } catch (error) {
      core.config.logger.warn(errorText(error));
    }
  }

  private async apply(bridge: SessionBridge, desired: readonly ManagedPeerEdge[]): Promise<void> {
    const live = await this.liveKeys(bridge);
    const wanted = this.wiredOf(desired);
    await this.wire(bridge, [...wanted.values()], live);
    const kept = new Set(desired.map(peerEdgeKey));
    await this.unwire(bridge, kept, live);
  }

  /** Undefined where it is not known. */
  private async liveKeys(bridge: SessionBridge): Promise<ReadonlySet<string> | undefined> {
    try {
      const edges = await bridge.currentWires();
      return edges && new Set(edges.map(peerEdgeKey));
    } catch (error) {
      this.core.config.logger.warn(`Live peer edges are not known: ${errorText(error)}`);
      return undefined;
    }
  }

  private wiredOf(edges: readonly ManagedPeerEdge[]): ReadonlyMap<string, WiredEdge> {
    const wired = new Map<string, WiredEdge>();
    for (const edge of edges) {
      const a = this.endpoint(edge.a);
      const b = this.endpoint(edge.b);
      if (a && b) wired.set(peerEdgeKey(edge), { edge, a, b });
    }
    return wired;
  }

  private endpoint(identity: AgentIdentity): ContinuityRecord | undefined {
    const entry = this.core.book.find(identity);
    return entry?.state === 'active' ? entry.record : undefined;
  }

  private async wire(
    bridge: SessionBridge,
    wanted: readonly WiredEdge[],
    live: ReadonlySet<string> | undefined,
  ): Promise<void> {
    const missing = wanted.filter((each) => !this.isConnected(each, live));
    if (missing.length > 0) {
      await askBridge('Peers could not be connected', () => bridge.wirePeers(missing));
    }
    for (const each of wanted) this.managed.set(peerEdgeKey(each.edge), each);
  }

  /** A live edge is taken over; a managed one that vanished, or ends at an older embodiment, is made again. */
  private isConnected(wanted: WiredEdge, live: ReadonlySet<string> | undefined): boolean {
    const key = peerEdgeKey(wanted.edge);
    const managed = this.managed.get(key);
    if (managed === undefined) return live?.has(key) === true;
    const isSame =
      managed.a.runtimeId === wanted.a.runtimeId && managed.b.runtimeId === wanted.b.runtimeId;
    return isSame && live?.has(key) !== false;
  }

  private async unwire(
    bridge: SessionBridge,
    kept: ReadonlySet<string>,
    live: ReadonlySet<string> | undefined,
  ): Promise<void> {
    const leaving = [...this.managed].filter(([key]) => !kept.has(key));
    const toUnwire: [string, WiredEdge][] = [];
    for (const [key, { edge }] of leaving) {
      const current = this.wiredOf([edge]).get(key);
      if (current !== undefined && live?.has(key) !== false) toUnwire.push([key, current]);
      else this.managed.delete(key);
    }
    for (let start = 0; start < toUnwire.length; start += maxUnwiresAtOnce) {
      await this.unwireSome(bridge, toUnwire.slice(start, start + maxUnwiresAtOnce));
    }
  }

  private async unwireSome(
    bridge: SessionBridge,
    some: readonly (readonly [string, WiredEdge])[],
  ): Promise<void> {
    const attempts = some.map(async ([key, edge]) => {
      await bridge.unwirePeer(edge);
      this.managed.delete(key);
    });
    const failed = (await Promise.allSettled(attempts)).find((each) => each.status === 'rejected');
    if (failed === undefined) return;
    const text = `Peers could not be disconnected: ${errorText(failed.reason)}`;
    throw internalFailure('bridge', text, { cause: failed.reason });
  }
}
