import { errorText } from '../../base/errorText.ts';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import type { Logger } from '../../base/logger.ts';
import type { AgentIdentity } from '../../core/identities/agentIdentity.ts';
import type { ContinuityRecord } from '../../core/identities/continuityRecord.ts';
import type { IdentityRuntime } from '../../core/identities/identityRuntime.ts';
import type { SessionBridge } from '../../core/identities/sessionBridge.ts';
import type { AgentReviver } from './agentReviver.ts';
import type { ConversationBridge } from './conversationBridge.ts';
import type { EndedTurn } from './conversationTurns.ts';
import type { InboxDelivery } from './inboxDelivery.ts';
import type { OwnedIdentities } from './ownedIdentities.ts';
import type { OwnerMessages } from './ownerMessages.ts';
import type { OwnerQueues } from './ownerQueues.ts';

export interface OwnerTurnsPorts {
  readonly runtime: IdentityRuntime;
  readonly bridge: Pick<SessionBridge, 'checkpointSession'> &
    Pick<ConversationBridge, 'onDidStartTurn' | 'onDidEndTurn' | 'onDidDropDelivery'>;
  readonly owned: OwnedIdentities;
  readonly inbox: InboxDelivery;
  readonly messages: OwnerMessages;
  readonly reviver: AgentReviver;
  readonly queues: OwnerQueues;
  readonly changed: (identity: AgentIdentity) => void;
  /** Aborted when nothing is to be complained of any more. */
  readonly stopping: AbortSignal;
  readonly logger: Pick<Logger, 'warn'>;
}

/** What follows from the turns of agents: checkpoints, lives begun anew, and the next message. */
export class OwnerTurns implements Disposable {
  private readonly subscriptions = new DisposableStore();

  constructor(private readonly ports: OwnerTurnsPorts) {
    const { bridge, owned, queues, messages, changed, inbox } = ports;
    const own = this.subscriptions;
    own.add(
      bridge.onDidStartTurn((turn) => {
        owned.turnStarted(turn);
        changed(turn.identity);
        queues.run(turn.identity, () => this.checkpointQuietly(turn.identity));
      }),
    );
    own.add(
      bridge.onDidEndTurn((turn) => {
        owned.turnEnded(turn);
        // At once: whatever is under way already must not bring it the next.
        if (turn.outcome.kind === 'failed' && !turn.wasRetired) inbox.holdOff(turn.identity);
        changed(turn.identity);
        if (!turn.wasRetired) queues.run(turn.identity, () => this.afterTurn(turn));
      }),
    );
    own.add(bridge.onDidDropDelivery((dropped) => queues.watch(messages.keepDropped(dropped))));
  }

  /** Keeps where the conversation stands now; undefined where nothing is embodied. @throws IdentityError */
  async checkpoint(identity: AgentIdentity): Promise<number | undefined> {
    const { runtime, bridge } = this.ports;
    const record = this.recordOf(identity);
    const snapshot = record && (await bridge.checkpointSession(record));
    return snapshot && runtime.checkpoint(identity, snapshot);
  }

  /** The same as well as it can, of what is owned here. */
  async checkpointQuietly(identity: AgentIdentity): Promise<void> {
    const { owned, stopping, logger } = this.ports;
    if (!owned.isHeld(identity)) return;
    try {
      await this.checkpoint(identity);
    } catch (error) {
      if (!stopping.aborted) logger.warn(errorText(error));
    }
  }

  dispose(): void {
    this.subscriptions.dispose();
  }

  private async afterTurn({ identity, outcome, wasAdopted }: EndedTurn): Promise<void> {
    const { reviver, inbox } = this.ports;
    await this.checkpointQuietly(identity);
    if (outcome.kind === 'failed' && outcome.isDeath) {
      // One that died before it was owned here has been started anew already.
      if (!wasAdopted) await reviver.revive(identity, outcome.failure.message);
      inbox.resume(identity);
    } else reviver.forget(identity);
    // Whatever the model or its account refuse, the next message would be refused as well: it waits.
    await inbox.deliver(identity);
  }

  private recordOf(identity: AgentIdentity): ContinuityRecord | undefined {
    const { runtime } = this.ports;
    const status = runtime.contains(identity) ? runtime.status(identity) : undefined;
    if (status?.runtimeId === undefined || status.sessionId === undefined) return undefined;
    const { runtimeId, sessionId, generation = 0, checkpointVersion = 0 } = status;
    return { identity, runtimeId, sessionId, generation, checkpointVersion };
  }
}
