import { Emitter, type Event } from '../../base/event.ts';
import type { AgentIdentity } from './agentIdentity.ts';
import type { IdentityEvent } from './identityEvent.ts';
import { IdentityObserver } from './identityObserver.ts';

/** Tells what happens to identities: to those who observe one, and to those who listen to all. */
export class IdentityFeeds {
  private readonly observers = new Map<AgentIdentity, Set<IdentityObserver>>();
  private readonly emitter: Emitter<IdentityEvent>;

  constructor(onListenerError: (error: unknown) => void) {
    this.emitter = new Emitter(onListenerError);
  }

  get all(): Event<IdentityEvent> {
    return this.emitter.event;
  }

  /** Whoever observes disposes. */
  observe(identity: AgentIdentity): IdentityObserver {
    const observer = new IdentityObserver((disposed) => this.forget(identity, disposed));
    const present = this.observers.get(identity) ?? new Set();
    this.observers.set(identity, present.add(observer));
    return observer;
  }

  tell(event: IdentityEvent): void {
    for (const observer of this.observers.get(event.identity) ?? []) observer.push(event);
    this.emitter.fire(event);
  }

  /** Whoever observes it is told no more. */
  close(identity: AgentIdentity): void {
    const observers = this.observers.get(identity) ?? [];
    this.observers.delete(identity);
    for (const observer of observers) observer.close();
  }

  closeAll(): void {
    for (const identity of [...this.observers.keys()]) this.close(identity);
    this.emitter.dispose();
  }

  private forget(identity: AgentIdentity, observer: IdentityObserver): void {
    const observers = this.observers.get(identity);
    observers?.delete(observer);
    if (observers?.size === 0) this.observers.delete(identity);
  }
}
