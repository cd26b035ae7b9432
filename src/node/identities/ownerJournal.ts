import { join } from 'node:path';
import { errorText } from '../../base/errorText.ts';
import type { Logger } from '../../base/logger.ts';
import { SerialQueue } from '../../base/serialQueue.ts';
import type { AgentIdentity } from '../../core/identities/agentIdentity.ts';
import type { HistoryEntry, HistoryEvent } from './historyEntry.ts';
import type { IdentityHistory } from './identityHistory.ts';
import { removeStatusFile, writeStatusFile, type StatusFile } from './statusFile.ts';

export interface OwnerJournalPorts {
  /** `.heddle/continuity`, absolute. */
  readonly folder: string;
  readonly history: Pick<IdentityHistory, 'append'>;
  readonly clock: { now(): number };
  readonly logger: Pick<Logger, 'warn'>;
}

/**
 * What an owner writes down of its agents for those who look. It is written behind what happens, in order;
 * what cannot be written is complained of and left out: nothing depends on it.
 */
export class OwnerJournal {
  private readonly entries = new Map<AgentIdentity, HistoryEntry[]>();
  private readonly statuses = new Map<AgentIdentity, StatusFile | 'deleted'>();
  private readonly writes = new SerialQueue();
  private isScheduled = false;

  constructor(private readonly ports: OwnerJournalPorts) {}

  note(identity: AgentIdentity, event: HistoryEvent): void {
    const atMs = Math.round(this.ports.clock.now());
    const waiting = this.entries.get(identity) ?? [];
    waiting.push({ atMs, ...event });
    this.entries.set(identity, waiting);
    this.schedule();
  }

  /** Only the last is written. */
  show(identity: AgentIdentity, status: StatusFile | 'deleted'): void {
    this.statuses.set(identity, status);
    this.schedule();
  }

  /** Resolves when all that was told before is written, or cannot be. */
  flush(): Promise<void> {
    return this.writes.run(() => this.write());
  }

  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    void this.flush();
  }

  private async write(): Promise<void> {
    this.isScheduled = false;
    const { folder, history } = this.ports;
    const entries = [...this.entries];
    const statuses = [...this.statuses];
    this.entries.clear();
    this.statuses.clear();
    for (const [identity, some] of entries) {
      await this.tried(() => history.append(identity, some));
    }
    for (const [identity, status] of statuses) {
      const own = join(folder, identity);
      await this.tried(() =>
        status === 'deleted' ? removeStatusFile(own) : writeStatusFile(own, identity, status),
      );
    }
  }

  private async tried(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.ports.logger.warn(`What happened to an agent is not written down: ${errorText(error)}`);
    }
  }
}
