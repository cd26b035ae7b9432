import { conversationUpdate, type ConversationStart } from '../../src/core/acp/conversation.ts';
import type { AgentIdentity } from '../../src/core/identities/agentIdentity.ts';
import type { AgentUpdate } from '../../src/core/sessions/agentUpdate.ts';
import type { TerminalOutcome } from '../../src/core/sessions/executionState.ts';
import type { FailureInfo } from '../../src/core/sessions/failure.ts';
import type { ProgressEvent } from '../../src/core/sessions/progressEvent.ts';
import type { SessionId } from '../../src/core/sessions/sessionId.ts';
import type { RunSpec } from '../../src/core/sessions/sessionSpec.ts';
import type { IdentitySessions } from '../../src/node/identities/identitySessions.ts';

interface FakeSession {
  readonly id: SessionId;
  readonly identity: AgentIdentity | undefined;
  readonly events: ProgressEvent[];
  readonly listeners: Set<(event: ProgressEvent) => void>;
  outcome: TerminalOutcome | undefined;
  ended: () => void;
  readonly whenEnded: Promise<void>;
}

/** Sessions without processes: what happens in them is what a test says. */
export class FakeIdentitySessions implements IdentitySessions {
  readonly specs: RunSpec[] = [];
  readonly cancels: string[] = [];
  /** Why nothing can be started. */
  problem: string | undefined;
  /** Whether a session ends when it is asked to. */
  obeys = true;
  private readonly sessions = new Map<SessionId, FakeSession>();

  start(spec: RunSpec): Promise<SessionId> {
    if (this.problem !== undefined) return Promise.reject(new Error(this.problem));
    this.specs.push(spec);
    return Promise.resolve(this.add(spec.identity));
  }

  /** A session that somebody else has started. */
  add(identity: AgentIdentity | undefined): SessionId {
    const id = `session-${this.sessions.size + 1}`;
    let ended: () => void = () => undefined;
    const whenEnded = new Promise<void>((resolve) => (ended = resolve));
    const empty = { events: [], listeners: new Set<(event: ProgressEvent) => void>() };
    this.sessions.set(id, { id, identity, ...empty, outcome: undefined, ended, whenEnded });
    return id;
  }

  async follow(
    sessionId: SessionId,
    how: Parameters<IdentitySessions['follow']>[1],
  ): Promise<TerminalOutcome | undefined> {
    const { signal } = how;
    const onEvent = (event: ProgressEvent): void => how.onEvent(event);
    const session = this.get(sessionId);
    for (const event of session.events) onEvent(event);
    session.listeners.add(onEvent);
    const aborted = new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await Promise.race([session.whenEnded, aborted]);
    session.listeners.delete(onEvent);
    return signal.aborted ? undefined : session.outcome;
  }

  cancel(sessionId: SessionId, detail: string): Promise<void> {
    this.cancels.push(`${sessionId}: ${detail}`);
    if (!this.obeys || this.get(sessionId).outcome !== undefined) return Promise.resolve();
    const reason = { code: 'parent-dropped', detail, requestedAtMs: 0 } as const;
    const stateBefore = { state: 'running' } as const;
    this.end(sessionId, {
      state: 'cancelled',
      cancel: { reason, observedAtMs: 0, stateBefore },
    });
    return Promise.resolve();
  }

  runningOf(identity: AgentIdentity): Promise<readonly SessionId[]> {
    const own = [...this.sessions.values()].filter((each) => each.identity === identity);
    const open = own.filter(({ outcome }) => outcome === undefined);
    return Promise.resolve(open.map(({ id }) => id).reverse());
  }

  /** The agent is in this conversation. */
  converse(sessionId: SessionId, acpSessionId: string, start: ConversationStart = 'new'): void {
    this.tell(sessionId, conversationUpdate(acpSessionId, start));
  }

  /** The agent says something. */
  say(sessionId: SessionId, text: string): void {
    const content = { kind: 'text', text } as const;
    this.tell(sessionId, { kind: 'message-chunk', role: 'agent', content });
  }

  tell(sessionId: SessionId, update: AgentUpdate): void {
    const { events, listeners } = this.get(sessionId);
    const event: ProgressEvent = { kind: 'update', update, sequence: events.length + 1, atMs: 0 };
    events.push(event);
    for (const listener of listeners) listener(event);
  }

  done(sessionId: SessionId, message = ''): void {
    this.end(sessionId, { state: 'done', result: { value: { message }, finishedAtMs: 0 } });
  }

  fail(sessionId: SessionId, failure: Partial<FailureInfo> = {}): void {
    const other = { kind: 'agent-error', message: 'It failed.', occurredAtMs: 0 } as const;
    this.end(sessionId, { state: 'failed', failure: { ...other, ...failure } });
  }

  /** Its program was killed. */
  kill(sessionId: SessionId): void {
    this.fail(sessionId, { message: 'It was killed.', process: { signal: 'SIGKILL' } });
  }

  private end(sessionId: SessionId, outcome: TerminalOutcome): void {
    const session = this.get(sessionId);
    session.outcome = outcome;
    session.ended();
  }

  private get(sessionId: SessionId): FakeSession {
    const session = this.sessions.get(sessionId);
    if (session) return session;
    throw new Error(`there is no ${sessionId}`);
  }
}
