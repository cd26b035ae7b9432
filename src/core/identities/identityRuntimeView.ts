import type { Event } from '../../base/event.ts';
import type { AgentIdentity, AgentRuntimeId } from './agentIdentity.ts';
import type { ContinuityStore } from './continuityStore.ts';
import type { DurabilityPolicy } from './durabilityPolicy.ts';
import type { IdentityEvent } from './identityEvent.ts';
import type { IdentityObserver } from './identityObserver.ts';
import { fallbackTimeoutMs, type IdentityRuntimeConfig } from './identityRuntimeConfig.ts';
import { statusOf, type IdentityStatus, type RosterEntry } from './identityStatus.ts';
import type { LeaseProvider } from './leaseProvider.ts';
import { expectRecord } from './messages.ts';
import type { RuntimeCore } from './runtimeCore.ts';
import type { MemberInspection, SessionBridge } from './sessionBridge.ts';
import { inspect, waitForOutput } from './waiting.ts';

/** What can be seen of the named agents of a process. Nothing here changes anything. */
export class IdentityRuntimeView {
  protected constructor(
    protected readonly core: RuntimeCore,
    protected readonly config: IdentityRuntimeConfig,
  ) {}

  get continuityStore(): ContinuityStore {
    return this.config.store;
  }

  get leaseProvider(): LeaseProvider {
    return this.config.leases;
  }

  get runtimeInstanceId(): string {
    return this.config.instance;
  }

  get durabilityPolicy(): DurabilityPolicy {
    return this.config.durability;
  }

  get hasRuntimeStore(): boolean {
    return this.config.hasRuntimeStore;
  }

  get bridge(): SessionBridge | undefined {
    return this.config.bridge;
  }

  get hasSessionBridge(): boolean {
    return this.config.bridge !== undefined;
  }

  /** How long waits take where nothing else is said. */
  get defaultTimeoutMs(): number {
    return this.config.defaultTimeoutMs ?? fallbackTimeoutMs;
  }

  /** What happens to any identity. */
  get onDidHappen(): Event<IdentityEvent> {
    return this.core.book.feeds.all;
  }

  /** What happens to one identity from now on; whoever subscribes disposes. @throws IdentityError `unknown-identity` */
  subscribe(identity: AgentIdentity): IdentityObserver {
    this.core.book.get(identity);
    return this.core.book.feeds.observe(identity);
  }

  /** @throws IdentityError `unknown-identity` */
  status(identity: AgentIdentity): IdentityStatus {
    return statusOf(this.core, this.core.book.get(identity));
  }

  /** All that are registered, in every state, in the order of their names. */
  rosterInspect(): ReadonlyMap<AgentIdentity, RosterEntry> {
    const all = this.core.book.all();
    return new Map(
      all.map((entry) => [
        entry.identity,
        { spec: entry.spec, status: statusOf(this.core, entry) },
      ]),
    );
  }

  contains(identity: AgentIdentity): boolean {
    return this.core.book.find(identity) !== undefined;
  }

  isActive(identity: AgentIdentity): boolean {
    return this.core.book.find(identity)?.state === 'active';
  }

  /** @throws IdentityError `unknown-identity`, `internal` before it has a record */
  runtimeIdFor(identity: AgentIdentity): AgentRuntimeId {
    return expectRecord(this.core.book.get(identity)).runtimeId;
  }

  /** @throws IdentityError `unknown-identity`, `internal` without a bridge or a session, or when it fails */
  inspect(identity: AgentIdentity): Promise<MemberInspection> {
    return inspect(this.core, identity);
  }

  /** Waits until an agent has said something. @throws IdentityError as `inspect`, and `internal` in the end */
  waitForOutput(identity: AgentIdentity, timeoutMs = this.defaultTimeoutMs): Promise<string> {
    return waitForOutput(this.core, identity, { timeoutMs });
  }

  /** Waits until what an agent says last contains a text. @throws IdentityError as `waitForOutput` */
  waitForOutputContaining(
    identity: AgentIdentity,
    needle: string,
    timeoutMs = this.defaultTimeoutMs,
  ): Promise<string> {
    return waitForOutput(this.core, identity, { timeoutMs, needle });
  }
}
