import { randomBytes } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import type { AcpAgent } from '../../core/acp/acpAgent.ts';
import { newAgentEntry, ownThread, type AgentEntry } from '../../core/agents/agentEntry.ts';
import { withStatus } from '../../core/agents/entryStatus.ts';
import { isSessionId, sessionIdByteCount, toSessionId } from '../../core/agents/sessionId.ts';
import { formatTimestamp } from '../../core/agents/timestamp.ts';
import { raiseUsageSummary, type SummaryFigures } from '../../core/harness/usage/usageSummary.ts';
import type { SessionParent } from '../../core/sessions/sessionSpec.ts';
import { currentBaseState } from '../baseState.ts';
import type { OpenRegistry } from '../openRegistry.ts';
import { recordProcess } from '../recordedProcess.ts';

/** What an entry is made and kept with. */
export interface SessionEntryPorts {
  readonly registry: OpenRegistry;
  readonly clock: Pick<Clock, 'now'>;
}

/** Whom an entry is for. */
export interface EnteredAgent {
  readonly agent: AcpAgent;
  readonly cwd: string;
  readonly parent?: SessionParent | undefined;
}

/** The one entry of an agent, which its hooks and its calls of our tools are bound to as well. */
export class SessionEntry {
  /** Drawn at once, because the agent is told its entry by its environment. */
  readonly entryId = toSessionId(randomBytes(sessionIdByteCount));
  private pid: number | undefined;

  constructor(
    private readonly run: EnteredAgent,
    private readonly ports: SessionEntryPorts,
  ) {}

  /** Writes the entry; before that, the agent must be asked for nothing. @throws RegistryError */
  async register(): Promise<void> {
    const { registry, clock } = this.ports;
    const { agent, cwd, parent } = this.run;
    const parentKey = await parentKeyOf(parent, registry);
    await registry.registry.save(
      newAgentEntry({
        sessionId: this.entryId,
        thread: ownThread(this.entryId),
        baseState: currentBaseState(registry.location.heddleFolder, cwd),
        startedAt: formatTimestamp(clock.now()),
        heartbeatAt: formatTimestamp(clock.now()),
        harness: agent.registryName,
        path: cwd,
        probeSource: 'app_protocol',
        probeConfidence: 1,
        ...(parentKey !== undefined && { nativeParentActorKey: parentKey }),
      }),
    );
  }

  /** The process of the agent, unless a hook of it has told a nearer one already. */
  async noteProcess(pid: number): Promise<void> {
    this.pid = pid;
    const recorded = await recordProcess(this.ports.registry.probe, pid);
    await this.update((entry) => (entry.pid === undefined ? { ...entry, ...recorded } : entry));
  }

  /** The key that ties the agent to what it starts. */
  async noteConversation(conversationId: string): Promise<void> {
    const nativeActorKey = this.run.agent.actorKeyOf(conversationId);
    await this.update((entry) =>
      entry.nativeActorKey === undefined ? { ...entry, nativeActorKey } : entry,
    );
  }

  /** What the agent has used, where nobody else tells. */
  async noteUsage(figures: SummaryFigures): Promise<void> {
    await this.update((entry) => ({
      ...entry,
      usageSummary: raiseUsageSummary(entry.usageSummary, figures),
    }));
  }

  /** Active again, after somebody ended it too early, and of a process that is still there. */
  async renew(): Promise<void> {
    const { registry, clock } = this.ports;
    const known = await registry.registry.load(this.entryId);
    const isGone =
      known !== undefined && (await registry.registry.livenessFor(known)).liveness === 'dead';
    const { pid } = this;
    const recorded = isGone && pid !== undefined ? await recordProcess(registry.probe, pid) : {};
    await this.update((entry) => ({ ...withStatus(entry, 'active', clock.now()), ...recorded }));
  }

  /** Ended, unless it is already. */
  async end(status: 'complete' | 'abandoned'): Promise<void> {
    const now = this.ports.clock.now();
    await this.update((entry) =>
      entry.status === 'active'
        ? { ...withStatus(entry, status, now), heartbeatAt: formatTimestamp(now) }
        : entry,
    );
  }

  private async update(change: (entry: AgentEntry) => AgentEntry): Promise<void> {
    await this.ports.registry.registry.updateEntry(this.entryId, change);
  }
}

async function parentKeyOf(
  parent: SessionParent | undefined,
  { store }: OpenRegistry,
): Promise<string | undefined> {
  if (parent?.actorKey !== undefined) return parent.actorKey;
  const sessionId = parent?.sessionId;
  if (sessionId === undefined || !isSessionId(sessionId)) return undefined;
  const view = await store.refresh();
  return view.records().find(({ entry }) => entry.sessionId === sessionId)?.entry.nativeActorKey;
}
