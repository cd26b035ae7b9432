import type { AgentIdentity } from '../../core/identities/agentIdentity.ts';
import type { IdentityEvent } from '../../core/identities/identityEvent.ts';
import type { IdentityState } from '../../core/identities/identityState.ts';
import type { IdentityStatus } from '../../core/identities/identityStatus.ts';
import { present } from '../../core/sessions/fieldReaders.ts';
import type { EndedTurn, StartedTurn } from './conversationTurns.ts';
import type { OwnerJournal } from './ownerJournal.ts';
import type { StatusFile } from './statusFile.ts';
import { turnOutcomeText } from './turnProgress.ts';

/** What an owner has said of an agent. */
interface Owned {
  readonly token: number;
  readonly isHeld: boolean;
  readonly state: IdentityState;
  readonly detail?: string | undefined;
  readonly failure?: StatusFile['failure'];
  readonly turn?: Pick<StatusFile, 'sessionId' | 'isRunning' | 'lastOutput'> | undefined;
}

export interface OwnedIdentitiesPorts {
  readonly journal: OwnerJournal;
  /** Who acquires, as people are told. */
  readonly label?: string | undefined;
  readonly statusOf: (identity: AgentIdentity) => IdentityStatus | undefined;
  /** What the owner before said, where anything is left of it. */
  readonly formerStatusOf: (identity: AgentIdentity) => StatusFile | undefined;
  readonly now: () => number;
}

/** The agents that this process owns or has owned, and what others are told of them. Others leave no trace. */
export class OwnedIdentities {
  private readonly owned = new Map<AgentIdentity, Owned>();

  constructor(private readonly ports: OwnedIdentitiesPorts) {}

  /** Those whose leases are held, in the order of their names. */
  held(): readonly AgentIdentity[] {
    return [...this.owned].flatMap(([identity, { isHeld }]) => (isHeld ? [identity] : [])).sort();
  }

  isHeld(identity: AgentIdentity): boolean {
    return this.owned.get(identity)?.isHeld ?? false;
  }

  /** Takes in what the runtime tells. */
  happened(event: IdentityEvent): void {
    const { identity } = event;
    const known = this.owned.get(identity);
    if (event.kind === 'lease_updated') {
      this.acquired(identity, event.token);
      return;
    }
    if (known === undefined) return;
    const { journal } = this.ports;
    switch (event.kind) {
      case 'lease_lost':
        if (known.isHeld) journal.note(identity, { kind: 'lease_lost', token: known.token });
        this.owned.set(identity, { ...known, isHeld: false });
        break;
      case 'state_changed':
        this.changed(identity, known, event);
        break;
      case 'checkpoint_completed': {
        const generation = this.ports.statusOf(identity)?.generation ?? 0;
        journal.note(identity, { kind: event.kind, version: event.version, generation });
        break;
      }
      case 'resume_fallback':
        journal.note(identity, { kind: event.kind, detail: event.reason });
        break;
      case 'deleted':
        journal.note(identity, { kind: 'deleted' });
        journal.show(identity, 'deleted');
        this.owned.delete(identity);
        break;
      case 'delivered':
        break;
    }
  }

  turnStarted({ identity, sessionId }: StartedTurn): void {
    this.ports.journal.note(identity, { kind: 'session_started', sessionId });
    const lastOutput = this.owned.get(identity)?.turn?.lastOutput;
    this.setTurn(identity, { sessionId, isRunning: true, lastOutput });
  }

  turnEnded({ identity, sessionId, outcome, output }: EndedTurn): void {
    const { journal } = this.ports;
    const text = turnOutcomeText(outcome);
    const said = output === undefined ? {} : { output };
    journal.note(identity, { kind: 'session_ended', sessionId, outcome: text, ...said });
    const before = this.owned.get(identity)?.turn;
    // A newer turn may have begun.
    if (before?.sessionId !== sessionId) return;
    this.setTurn(identity, { sessionId, lastOutput: output ?? before.lastOutput });
  }

  /** What was said in a conversation that is no more is not shown. */
  forgetTurn(identity: AgentIdentity): void {
    this.setTurn(identity, undefined);
  }

  private acquired(identity: AgentIdentity, token: number): void {
    const known = this.owned.get(identity);
    if (known?.token !== token) {
      const { label } = this.ports;
      const by = label === undefined ? {} : { by: label };
      this.ports.journal.note(identity, { kind: 'lease_acquired', token, ...by });
    }
    const before = known ?? this.unknown(identity);
    this.owned.set(identity, { ...before, token, isHeld: true });
    if (known?.token !== token) this.show(identity);
  }

  private unknown(identity: AgentIdentity): Pick<Owned, 'state' | 'turn'> {
    const state = this.ports.statusOf(identity)?.state ?? 'dormant';
    const former = this.ports.formerStatusOf(identity);
    if (former === undefined) return { state };
    const { sessionId, lastOutput } = former;
    return { state, turn: present({ sessionId, lastOutput }) };
  }

  private changed(
    identity: AgentIdentity,
    known: Owned,
    { state, detail }: Extract<IdentityEvent, { kind: 'state_changed' }>,
  ): void {
    if (known.state === state && known.detail === detail) return;
    const why = detail === undefined ? {} : { detail };
    this.ports.journal.note(identity, { kind: 'state_changed', state, ...why });
    const failure = state === 'broken' ? this.ports.statusOf(identity)?.failure?.kind : undefined;
    this.owned.set(identity, { ...known, state, detail, failure });
    this.show(identity);
  }

  private setTurn(identity: AgentIdentity, turn: Owned['turn']): void {
    const known = this.owned.get(identity);
    if (known === undefined) return;
    this.owned.set(identity, { ...known, turn });
    this.show(identity);
  }

  private show(identity: AgentIdentity): void {
    const known = this.owned.get(identity);
    if (known === undefined) return;
    const { token, state, detail, failure, turn } = known;
    const atMs = Math.round(this.ports.now());
    this.ports.journal.show(identity, present({ token, atMs, state, detail, failure, ...turn }));
  }
}
