import { systemClock } from '../base/clock.ts';
import type { AgentEntry } from '../core/agents/agentEntry.ts';
import { identifyCaller, stampArgument } from '../core/agents/callerIdentity.ts';
import { personActorKey } from '../core/agents/personReservation.ts';
import { formatTimestamp } from '../core/agents/timestamp.ts';
import type { HolderProcess } from '../core/locks/lockHolder.ts';
import { currentBaseState } from '../node/baseState.ts';
import { hostParentProcessId } from '../node/personIdentity.ts';
import { recordProcess } from '../node/recordedProcess.ts';
import { agentName } from '../presentation/agentWording.ts';
import type {
  NewEntryFields,
  ToolCaller,
  ToolWorld,
} from '../presentation/toolAnswers/toolCall.ts';
import type { RootRegistry } from './registrySet.ts';
import type { WindowIdentity } from './windowIdentity.ts';

/** How others see it. */
const holderName = 'Copilot in VS Code';
const harness = 'copilot';
const hostProcessId = process.pid;

/**
 * The agent that works in this window as a holder of its own, beside the person at it. Its locks end
 * with their time or with the process of the window; it gives no signs of life by itself, because
 * nobody says whether it still works.
 */
export class LanguageModelHolder {
  constructor(private readonly identity: WindowIdentity) {}

  /** A session that a hook of ours wrote into the call; else the agent of this window. */
  async callerFor(world: ToolWorld, root: RootRegistry, input: unknown): Promise<ToolCaller> {
    const view = await world.agentStore.refresh();
    const clues = {
      stamp: stampIn(input),
      environment: undefined,
      ancestors: () => Promise.resolve([]),
      claim: undefined,
    };
    const stamped = await identifyCaller(view, clues, world.liveness);
    return stamped?.kind === 'session' ? sessionCaller(stamped.entry) : this.windowCaller(root);
  }

  /** The process that runs the tools. */
  async process({ probe }: RootRegistry): Promise<HolderProcess> {
    const startedAt = formatTimestamp(systemClock.now());
    return { ...(await recordProcess(probe, hostProcessId)), startedAt };
  }

  /** The entry of the agent records the editor's own process, which outlives a reload of the window. */
  async newEntryFields(root: RootRegistry, folder: string): Promise<NewEntryFields> {
    return {
      ...(await recordProcess(root.probe, hostParentProcessId())),
      harness,
      clientInstanceId: this.windowId,
      nativeParentActorKey: personActorKey(this.identity.nameIn(root.location.root)),
      probeSource: 'agent_api',
      probeConfidence: 1,
      path: folder,
      baseState: currentBaseState(root.location.heddleFolder, folder),
    };
  }

  private get windowId(): string {
    return `${this.identity.windowId}-copilot`;
  }

  private async windowCaller(root: RootRegistry): Promise<ToolCaller> {
    await this.identity.remember();
    const process = await this.process(root);
    return {
      source: 'window',
      name: holderName,
      sessionId: undefined,
      ref: { kind: 'window', windowId: this.windowId, name: holderName, process },
      hasProcess: false,
      actorKey: `${harness}:window:${this.identity.windowId}`,
    };
  }
}

function sessionCaller(entry: AgentEntry): ToolCaller {
  const { sessionId } = entry;
  return {
    source: 'hook',
    name: agentName(entry),
    sessionId,
    ref: { kind: 'session', sessionId },
    hasProcess: entry.pid !== undefined,
    actorKey: undefined,
  };
}

function stampIn(input: unknown): string | undefined {
  if (typeof input !== 'object' || input === null) return undefined;
  const stamp = (input as Readonly<Record<string, unknown>>)[stampArgument];
  return typeof stamp === 'string' ? stamp : undefined;
}
