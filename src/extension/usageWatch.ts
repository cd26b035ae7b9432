import { Emitter, type Event } from '../base/event.ts';
import { DisposableStore, type Disposable } from '../base/lifecycle.ts';
import type { SessionAgent } from '../core/harness/sessionAgent.ts';
import type { SessionState } from '../core/harness/sessionState.ts';
import type { TranscriptReading } from '../core/harness/usage/transcriptFormat.ts';
import { toUsageSummary } from '../core/harness/usage/usageSummary.ts';
import type { UsageTotals } from '../core/harness/usage/usageTotals.ts';
import { agentTotals, agentTranscript } from '../harnesses/usage/sessionUsage.ts';
import { isSameUsage, pricedUsage, type ShownUsage } from '../presentation/usageShown.ts';
import { UsageLooks } from './usageLooks.ts';
import type { UsageWatchPorts, WatchedAgent } from './usageWatchPorts.ts';

interface Known {
  totals: UsageTotals | undefined;
  reading: TranscriptReading | undefined;
  usage: ShownUsage | undefined;
  lastRaiseMs: number;
  mustRaise: boolean;
  /** The interruption of which it was told. */
  toldInterruptMs: number | undefined;
}

const tickMs = 1000;
const raiseEveryMs = 10_000;
/**
 * So long after its last event nothing that a hook began before the interruption goes on, and what it
 * locked in its turn is none of a next one.
 */
const settleMs = 2000;

/**
 * Knows what the agents of one root used. Transcripts are read on off the path of events, each at most
 * every three seconds and only a few in one go, and whoever is at work is looked at without any event,
 * because some things only the transcript tells.
 */
export class UsageWatch implements Disposable {
  private readonly own = new DisposableStore();
  private readonly _onDidChange: Emitter<ReadonlySet<string>>;
  readonly onDidChange: Event<ReadonlySet<string>>;
  private readonly known = new Map<string, Known>();
  private readonly looks = new UsageLooks();
  private timer: Disposable | undefined;
  private isTicking = false;

  constructor(private readonly ports: UsageWatchPorts) {
    this._onDidChange = this.own.add(
      new Emitter<ReadonlySet<string>>((error) => ports.logger.error('A listener failed.', error)),
    );
    this.onDidChange = this._onDidChange.event;
    this.own.add({ dispose: () => this.timer?.dispose() });
  }

  usageOf(entryId: string): ShownUsage | undefined {
    return this.known.get(entryId)?.usage;
  }

  /** Something happened with these agents. */
  mark(entryIds: Iterable<string>): void {
    for (const id of entryIds) this.looks.request(id);
    this.arm();
  }

  /** Prices are others now, or more may be read. */
  markAll(): void {
    this.mark(this.watched().keys());
    const changed = new Set<string>();
    for (const [id, known] of this.known) {
      if (this.show(known)) changed.add(id);
      known.mustRaise = known.usage !== undefined;
    }
    if (changed.size > 0) this._onDidChange.fire(changed);
  }

  dispose(): void {
    this.own.dispose();
  }

  private arm(): void {
    if (this.timer !== undefined || this.isTicking || this.own.isDisposed) return;
    this.timer = this.ports.clock.after(tickMs, () => {
      this.timer = undefined;
      this.isTicking = true;
      void this.tick()
        .catch((error: unknown) => this.ports.logger.warn('Reading the usage failed.', error))
        .finally(() => {
          this.isTicking = false;
          if (this.hasMore()) this.arm();
        });
    });
  }

  private hasMore(): boolean {
    if (this.looks.hasRequests) return true;
    for (const { mustRaise } of this.known.values()) if (mustRaise) return true;
    return this.ports.mayRead() && this.ports.states().some((state) => this.hasWorker(state));
  }

  /** Only a transcript that can be read tells more than the record. */
  private hasWorker({ header, agents }: SessionState): boolean {
    for (const agent of agents.values()) {
      if (this.isWorker(agent) && agentTranscript(header, agent) !== undefined) return true;
    }
    return false;
  }

  private isWorker(agent: SessionAgent): boolean {
    return isAtWork(agent) && this.ports.isPresent(agent.entryId);
  }

  private async tick(): Promise<void> {
    const nowMs = this.ports.clock.now();
    const watched = this.watched();
    const changed = new Set<string>();
    const growth = new Map<string, number>();
    const isWorker = (id: string): boolean => {
      const each = watched.get(id);
      return each !== undefined && this.isWorker(each.agent);
    };
    for (const id of this.looks.due(watched.keys(), { nowMs, isWorker })) {
      const each = watched.get(id);
      if (each === undefined || this.own.isDisposed) continue;
      if (await this.look(id, each, growth)) changed.add(id);
    }
    if (this.own.isDisposed) return;
    if (growth.size > 0) this.ports.grew(growth);
    if (changed.size > 0) this._onDidChange.fire(changed);
    await this.raiseDue();
  }

  /** True when it looks different now. */
  private async look(
    id: string,
    { state, agent }: WatchedAgent,
    growth: Map<string, number>,
  ): Promise<boolean> {
    const known = this.known.get(id) ?? newKnown();
    this.known.set(id, known);
    this.looks.note(id, this.ports.clock.now());

    const transcript = this.ports.mayRead() ? agentTranscript(state.header, agent) : undefined;
    const read = transcript && (await this.ports.read(transcript));
    if (read) {
      known.reading = read.reading;
      growth.set(id, read.changedMs);
      if (!read.isComplete) this.looks.request(id);
    }
    await this.tellInterruption(known, { state, agent });
    const model = agent.childKey === undefined ? state.header.model : undefined;
    known.totals = agentTotals(known.reading, agent, model);
    return this.show(known);
  }

  /** Once for each mark, and only for the last of a transcript that was read to its end. */
  private async tellInterruption(known: Known, { state, agent }: WatchedAgent): Promise<void> {
    const atMs = interruptedMs(agent, known.reading);
    if (atMs === undefined || known.toldInterruptMs === atMs) return;
    const isSettled = this.ports.clock.now() - agent.lastEventMs >= settleMs;
    if (!isSettled || this.looks.isFresh(agent.entryId)) return;
    known.toldInterruptMs = atMs;
    await this.ports.interrupted({ state, agent });
  }

  /** True when it looks different now. */
  private show(known: Known): boolean {
    const { totals, usage: before } = known;
    if (totals === undefined) return false;
    const usage = pricedUsage(totals, this.ports.prices());
    if (before !== undefined && isSameUsage(before, usage)) return false;
    known.usage = usage;
    known.mustRaise = true;
    return true;
  }

  private async raiseDue(): Promise<void> {
    if (!this.ports.mayRead()) {
      for (const known of this.known.values()) known.mustRaise = false;
      return;
    }
    const nowMs = this.ports.clock.now();
    for (const [id, known] of this.known) {
      const { usage, mustRaise, lastRaiseMs } = known;
      if (!mustRaise || usage === undefined || nowMs - lastRaiseMs < raiseEveryMs) continue;
      if (this.own.isDisposed) return;
      known.mustRaise = false;
      known.lastRaiseMs = nowMs;
      await this.ports.raise(id, toUsageSummary(usage.totals, usage.cost));
    }
  }

  private watched(): ReadonlyMap<string, WatchedAgent> {
    const watched = new Map<string, WatchedAgent>();
    for (const state of this.ports.states()) {
      for (const agent of state.agents.values()) watched.set(agent.entryId, { state, agent });
    }
    return watched;
  }
}

function newKnown(): Known {
  return {
    totals: undefined,
    reading: undefined,
    usage: undefined,
    lastRaiseMs: Number.NEGATIVE_INFINITY,
    mustRaise: false,
    toldInterruptMs: undefined,
  };
}

function isAtWork({ phase }: SessionAgent): boolean {
  return phase === 'working' || phase === 'waiting';
}

/** The mark counts as long as nothing happened after it. */
function interruptedMs(
  agent: SessionAgent,
  reading: TranscriptReading | undefined,
): number | undefined {
  const atMs = reading?.interruptedAtMs;
  return atMs !== undefined && isAtWork(agent) && atMs >= agent.lastEventMs ? atMs : undefined;
}
