import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Emitter } from '../base/event.ts';
import { DisposableStore, type Disposable } from '../base/lifecycle.ts';
import type { Logger } from '../base/logger.ts';
import { errorText } from '../base/errorText.ts';
import type { AgentIdentity } from '../core/identities/agentIdentity.ts';
import { internalFailure } from '../core/identities/identityError.ts';
import type { SessionId } from '../core/sessions/sessionId.ts';
import type { ConversationBridge } from '../node/identities/conversationBridge.ts';
import type { FileInbox } from '../node/identities/fileInbox.ts';
import type { IdentityOwner } from '../node/identities/identityOwner.ts';
import { unsureMs } from '../node/identities/inboxDelivery.ts';
import { openIdentityOwner } from '../node/identities/openIdentityOwner.ts';
import { toPlainLine } from '../presentation/plainText.ts';
import { ownerLabel, type OpenIdentities } from './identityAccess.ts';
import { openSessions } from './sessionAccess.ts';
import { expectAgent } from './sessionAgents.ts';
import { hostProgram, parentOf, policyOf, type AllowFlags } from './sessionHosting.ts';
import type { VerbContext } from './verbContext.ts';

/** What takes longer than this is not waited for; what a killed owner was about to bring comes sooner. */
const patienceMs = unsureMs + 10_000;

/** An owner for the time of one call, and the turns that go on meanwhile. */
export class OwnerCall implements Disposable {
  /** What was begun and nobody was shown yet. */
  private readonly begun = new Map<AgentIdentity, SessionId[]>();
  private readonly running = new Set<SessionId>();
  private readonly changed = new Emitter<void>();
  private readonly subscriptions = new DisposableStore();

  constructor(
    readonly owner: IdentityOwner,
    private readonly bridge: ConversationBridge,
    private readonly inbox: Pick<FileInbox, 'list'>,
  ) {
    const own = this.subscriptions;
    own.add(
      bridge.onDidStartTurn(({ identity, sessionId }) => {
        this.begun.set(identity, [...(this.begun.get(identity) ?? []), sessionId]);
        this.running.add(sessionId);
        this.changed.fire();
      }),
    );
    own.add(
      bridge.onDidEndTurn(({ sessionId }) => {
        this.running.delete(sessionId);
        this.changed.fire();
      }),
    );
  }

  /**
   * The next session in which an agent is at work, or was; undefined when nothing waits for it, or when
   * nobody wants to wait any more. @throws IdentityError when it does not begin with what waits
   */
  async nextTurn(identity: AgentIdentity, stop: AbortSignal): Promise<SessionId | undefined> {
    const hasBegun = (): boolean => (this.begun.get(identity) ?? []).length > 0;
    if (!hasBegun() && (await this.isAwaited(identity)) && !(await this.until(hasBegun, stop))) {
      // Another owner may have brought it, and then it does not wait any more.
      if (!stop.aborted && (await this.isAwaited(identity))) {
        const detail = `${identity} has not begun with what waits for it. Start it again.`;
        throw internalFailure('timed-out', detail);
      }
    }
    const [next, ...rest] = this.begun.get(identity) ?? [];
    this.begun.set(identity, rest);
    return next;
  }

  /** Resolves when the owner knows that a turn is over, and has kept it. @throws IdentityError */
  async settled(identity: AgentIdentity, sessionId: SessionId): Promise<void> {
    await this.until(() => !this.running.has(sessionId));
    await this.keep(identity);
  }

  /** The owner keeps it as well, but may be stopped before it comes to that. @throws IdentityError */
  async keep(identity: AgentIdentity): Promise<void> {
    await this.owner.checkpoint(identity);
  }

  dispose(): void {
    this.subscriptions.dispose();
    this.changed.dispose();
  }

  private async isAwaited(identity: AgentIdentity): Promise<boolean> {
    return this.bridge.isBusy(identity) || (await this.inbox.list(identity)).messages.length > 0;
  }

  /** Keeps the process waiting, because nothing else may; not for ever. */
  private async until(isSo: () => boolean, stop?: AbortSignal): Promise<boolean> {
    if (isSo()) return true;
    const waiting = new AbortController();
    const subscription = this.changed.event(() => isSo() && waiting.abort());
    const signal = stop ? AbortSignal.any([waiting.signal, stop]) : waiting.signal;
    await delay(patienceMs, undefined, { signal }).catch(() => undefined);
    subscription.dispose();
    return isSo();
  }
}

/**
 * Does something as the owner of whom it takes leases for, and gives them up afterwards. What runs goes
 * on, for whoever owns it next. Only presets are run, never a command out of a description.
 */
export async function asOwner<T>(
  context: VerbContext,
  open: OpenIdentities,
  { allow, work }: AllowFlags & { readonly work: (call: OwnerCall) => Promise<T> },
): Promise<T> {
  const { host, output } = context;
  const { location, worktree, specs, continuity, probe } = open;
  const { owner, bridge } = openIdentityOwner({
    ...{ location, worktree, specs, continuity, probe, clock: host.clock },
    ...{ instance: `cli-${randomUUID()}`, label: ownerLabel(location.root) },
    ...{ program: hostProgram(), env: host.env, client: openSessions(context).client },
    ...{ policy: () => policyOf({ allow }), parent: parentOf(context, location) },
    expectAgent: (preset) => expectAgent(context, preset),
    logger: noteLogger((text) => output.notes([text])),
  });
  const call = new OwnerCall(owner, bridge, continuity.inbox);
  try {
    await owner.registerAll();
    return await work(call);
  } finally {
    call.dispose();
    await owner.stop();
  }
}

/** What matters to a person who waits; the rest is for nobody. */
function noteLogger(note: (text: string) => void): Logger {
  const ignore = (): void => undefined;
  const say = (message: string | Error): void => note(toPlainLine(errorText(message), 1000));
  return { trace: ignore, debug: ignore, info: ignore, warn: say, error: say };
}
