import type { Clock } from '../../base/clock.ts';
import { errorText } from '../../base/errorText.ts';
import type { Logger } from '../../base/logger.ts';
import type { AgentIdentity } from '../../core/identities/agentIdentity.ts';
import { isIdentityError } from '../../core/identities/identityError.ts';
import type { IdentityRuntime } from '../../core/identities/identityRuntime.ts';
import type { OwnerJournal } from './ownerJournal.ts';

/** How often in a row an agent that died is started anew. */
export const maxRevivals = 5;
const firstDelayMs = 1000;
const longestDelayMs = 60_000;

export interface AgentReviverPorts {
  readonly runtime: Pick<
    IdentityRuntime,
    'respawn' | 'setState' | 'release' | 'contains' | 'status'
  >;
  readonly isHeld: (identity: AgentIdentity) => boolean;
  readonly journal: Pick<OwnerJournal, 'note'>;
  readonly clock: Pick<Clock, 'after'>;
  readonly logger: Pick<Logger, 'warn'>;
  /** Aborted when nothing is to be started any more. */
  readonly stopping: AbortSignal;
}

/** Starts agents anew that died in the middle of a turn, later and later, until they died too often. */
export class AgentReviver {
  private readonly deaths = new Map<AgentIdentity, number>();

  constructor(private readonly ports: AgentReviverPorts) {}

  /** It lives, or a person has taken care of it: what was counted before counts no more. */
  forget(identity: AgentIdentity): void {
    this.deaths.delete(identity);
  }

  /** Resolves when it lives again, is broken, or is somebody else's business. Never rejects. */
  async revive(identity: AgentIdentity, reason: string): Promise<void> {
    const { runtime, journal, clock, stopping } = this.ports;
    let why = reason;
    while (this.isRevivable(identity)) {
      const delayMs = this.nextDelay(identity);
      if (delayMs === undefined) return this.giveUp(identity, why);
      const detail = `${why} It is started anew in ${Math.round(delayMs / 1000)} s.`;
      await this.tried(() => runtime.setState(identity, 'suspended', { detail }));
      await pauseUnless(stopping, clock, delayMs);
      // A person may have done something about it meanwhile.
      if (stopping.aborted || this.stateOf(identity) !== 'suspended') return;
      try {
        const { generation } = await runtime.respawn(identity);
        journal.note(identity, { kind: 'respawned', generation, detail: why });
        return;
      } catch (error) {
        if (isIdentityError(error, 'no-active-lease')) return;
        why = errorText(error);
      }
    }
  }

  /** Undefined when it died too often in a row. */
  private nextDelay(identity: AgentIdentity): number | undefined {
    const count = (this.deaths.get(identity) ?? 0) + 1;
    this.deaths.set(identity, count);
    if (count > maxRevivals) return undefined;
    return Math.min(longestDelayMs, firstDelayMs * 2 ** (count - 1));
  }

  private isRevivable(identity: AgentIdentity): boolean {
    if (this.ports.stopping.aborted) return false;
    const state = this.stateOf(identity);
    // An attempt that failed leaves it broken, and free for others.
    if (state === 'broken') return true;
    return this.ports.isHeld(identity) && (state === 'active' || state === 'suspended');
  }

  private stateOf(identity: AgentIdentity): string | undefined {
    const { runtime } = this.ports;
    return runtime.contains(identity) ? runtime.status(identity).state : undefined;
  }

  private async giveUp(identity: AgentIdentity, reason: string): Promise<void> {
    const { runtime } = this.ports;
    const detail = `It ended too often in a row. The last time: ${reason} Start it again when that is mended.`;
    await this.tried(async () => {
      const failure = { identity, kind: 'embodiment_failed' as const, detail };
      await runtime.setState(identity, 'broken', { failure });
      await runtime.release(identity);
    });
  }

  private async tried(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.ports.logger.warn(errorText(error));
    }
  }
}

/** Resolves after some time, or at once when it is aborted. */
function pauseUnless(
  signal: AbortSignal,
  clock: Pick<Clock, 'after'>,
  delayMs: number,
): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = (): void => {
      timer.dispose();
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const timer = clock.after(delayMs, finish);
    signal.addEventListener('abort', finish, { once: true });
  });
}
