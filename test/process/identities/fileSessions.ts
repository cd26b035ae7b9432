import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { AgentIdentity } from '../../../src/core/identities/agentIdentity.ts';
import type { TerminalOutcome } from '../../../src/core/sessions/executionState.ts';
import type { SessionId } from '../../../src/core/sessions/sessionId.ts';
import type { RunSpec } from '../../../src/core/sessions/sessionSpec.ts';
import type {
  BegunSession,
  IdentitySessions,
} from '../../../src/node/identities/identitySessions.ts';
import { eventually } from '../../support/eventually.ts';

interface SessionLine {
  readonly sessionId: SessionId;
  readonly identity: AgentIdentity;
  readonly prompt: string;
  readonly atMs: number;
}

/** Sessions that are lines of a file: they outlive whoever began them, and end when a test says so. */
export class FileSessions implements IdentitySessions {
  private hasEnded = false;

  constructor(
    private readonly path: string,
    /** Told before and after a session is begun. */
    private readonly observe: (step: 'session:before' | 'session:after') => void = () => undefined,
  ) {}

  start({ prompt, identity }: RunSpec): Promise<SessionId> {
    this.observe('session:before');
    const sessionId = `session-${this.lines().length + 1}`;
    appendFileSync(
      this.path,
      `${JSON.stringify({ sessionId, identity, prompt, atMs: Date.now() })}\n`,
    );
    this.observe('session:after');
    return Promise.resolve(sessionId);
  }

  /** All that were begun are over. */
  endAll(): void {
    this.hasEnded = true;
  }

  async follow(
    _sessionId: SessionId,
    { signal }: Parameters<IdentitySessions['follow']>[1],
  ): Promise<TerminalOutcome | undefined> {
    await eventually('it has ended', () => this.hasEnded || signal.aborted);
    if (signal.aborted) return undefined;
    return { state: 'done', result: { value: {}, finishedAtMs: 0 } };
  }

  /** Ends nothing, and writes down that it was asked to. */
  cancel(sessionId: SessionId): Promise<void> {
    appendFileSync(`${this.path}.cancels`, `${sessionId}\n`);
    return Promise.resolve();
  }

  /** Which sessions anybody has asked to end. */
  cancels(): string {
    const path = `${this.path}.cancels`;
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  }

  runningOf(identity: AgentIdentity): Promise<readonly SessionId[]> {
    const own = this.lines().filter((line) => line.identity === identity);
    return Promise.resolve(this.hasEnded ? [] : own.map(({ sessionId }) => sessionId).reverse());
  }

  since(identity: AgentIdentity, sinceMs: number): Promise<readonly BegunSession[]> {
    return Promise.resolve(
      this.lines().filter((line) => line.identity === identity && line.atMs >= sinceMs),
    );
  }

  /** What agents were told, in order. */
  prompts(): readonly string[] {
    return this.lines().map(({ prompt }) => prompt);
  }

  private lines(): readonly SessionLine[] {
    if (!existsSync(this.path)) return [];
    const lines = readFileSync(this.path, 'utf8').split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as SessionLine);
  }
}
