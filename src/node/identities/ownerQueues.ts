import { errorText } from '../../base/errorText.ts';
import type { Logger } from '../../base/logger.ts';
import { SerialQueue } from '../../base/serialQueue.ts';
import type { AgentIdentity } from '../../core/identities/agentIdentity.ts';

/** What an owner does behind what happens: one at a time for each agent, in order. */
export class OwnerQueues {
  private readonly queues = new Map<AgentIdentity, SerialQueue>();
  /** What was begun and is not over. */
  private readonly unfinished = new Set<Promise<void>>();

  constructor(
    private readonly logger: Pick<Logger, 'error'>,
    /** Aborted when nothing is to be begun any more. */
    private readonly stopping: AbortSignal,
  ) {}

  run(identity: AgentIdentity, work: () => Promise<void>): void {
    if (this.stopping.aborted) return;
    const queue = this.queues.get(identity) ?? new SerialQueue();
    this.queues.set(identity, queue);
    this.watch(queue.run(work));
  }

  /** Takes in what was begun elsewhere and must not be forgotten; also while it stops. */
  watch(work: Promise<unknown>): void {
    const done = work
      .then(() => undefined)
      .catch((error: unknown) => this.logger.error(errorText(error)))
      .finally(() => this.unfinished.delete(done));
    this.unfinished.add(done);
  }

  /** Resolves when what was begun is over. */
  async settled(): Promise<void> {
    await Promise.all(this.unfinished);
  }
}
