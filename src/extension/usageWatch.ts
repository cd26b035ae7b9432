import type { Clock } from '../base/clock.ts';
import { Emitter, type Event } from '../base/event.ts';
import { DisposableStore, type Disposable } from '../base/lifecycle.ts';
import type { Logger } from '../base/logger.ts';
import type { SessionAgent, SessionState } from '../core/harness/sessionState.ts';
import { pricesOf } from '../core/harness/usage/modelPrices.ts';
import type { PriceTable } from '../core/harness/usage/priceTable.ts';
import type { TranscriptReading } from '../core/harness/usage/transcriptFormat.ts';
import { costOf } from '../core/harness/usage/usageCost.ts';
import { toUsageSummary, type SummaryFigures } from '../core/harness/usage/usageSummary.ts';
import { isSameTotals, type UsageTotals } from '../core/harness/usage/usageTotals.ts';
import {
  agentTotals,
  agentTranscript,
  type AgentTranscript,
} from '../harnesses/usage/sessionUsage.ts';
import type { ShownUsage } from '../presentation/usageShown.ts';

/** An agent of a session, and the session. */
export interface WatchedAgent {
  readonly state: SessionState;
  readonly agent: SessionAgent;
}

/** What was added to a transcript. */
export interface TranscriptNews {
  readonly reading: TranscriptReading;
  readonly isComplete: boolean;
  /** When it last grew. */
  readonly changedMs: number;
}

export interface UsageWatchPorts {
  readonly states: () => readonly SessionState[];
  /** Reads on. Undefined when nothing was added since the last time, or there is nothing to read. */
  readonly read: (transcript: AgentTranscript) => Promise<TranscriptNews | undefined>;
  /** The transcripts of these agents grew at these times, which is a sign of life. */
  readonly grew: (growth: ReadonlyMap<string, number>) => void;
  /** False for an agent that is known to be dead or has finished: nothing happens there by itself. */
  readonly isPresent: (entryId: string) => boolean;
  /** Raises the figures of the entry. */
  readonly raise: (entryId: string, figures: SummaryFigures) => Promise<void>;
  /** A person stopped the agent, of which no hook was told. */
  readonly interrupted: (agent: WatchedAgent) => Promise<void>;
  readonly prices: () => PriceTable;
  /** Whether transcripts are read and anything is written at all. */
  readonly mayRead: () => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Known {
  totals: UsageTotals | undefined;
  reading: TranscriptReading | undefined;
  usage: ShownUsage | undefined;
  lastLookMs: number;
  lastRaiseMs: number;
  mustRaise: boolean;
  /** The interruption of which it was told. */
  toldInterruptMs: number | undefined;
}

const tickMs = 1000;
const lookEveryMs = 3000;
const raiseEveryMs = 10_000;
/** So many transcripts are looked at in one tick. */
const looksPerTick = 40;
/** After an event there is one look at once and one later, for what is written after it. */
const looksPerEvent = 2;
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
  /** How often each is still to be looked at. */
  private readonly looks = new Map<string, number>();
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
    for (const id of entryIds) this.looks.set(id, looksPerEvent);
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
    if (this.looks.size > 0) return true;
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
    for (const id of this.due(watched, nowMs)) {
      const each = watched.get(id);
      if (each === undefined || this.own.isDisposed) continue;
      if (await this.look(id, each, growth)) changed.add(id);
    }
    if (this.own.isDisposed) return;
    if (growth.size > 0) this.ports.grew(growth);
    if (changed.size > 0) this._onDidChange.fire(changed);
    await this.raiseDue();
  }

  /**
   * Whoever is at work and has news first, then others with news, then who is at work without; each time
   * those who were not looked at for longest.
   */
  private due(watched: ReadonlyMap<string, WatchedAgent>, nowMs: number): readonly string[] {
    for (const id of this.looks.keys()) if (!watched.has(id)) this.looks.delete(id);
    const due: { readonly id: string; readonly rank: number; readonly lastLookMs: number }[] = [];
    for (const [id, { agent }] of watched) {
      const hasNews = this.looks.has(id);
      const lastLookMs = this.known.get(id)?.lastLookMs ?? Number.NEGATIVE_INFINITY;
      if (nowMs - lastLookMs < lookEveryMs || !(hasNews || isAtWork(agent))) continue;
      const isWorker = this.isWorker(agent);
      if (hasNews || isWorker) due.push({ id, rank: rankOf(hasNews, isWorker), lastLookMs });
    }
    due.sort((a, b) => a.rank - b.rank || compareTimes(a.lastLookMs, b.lastLookMs));
    return due.slice(0, looksPerTick).map(({ id }) => id);
  }

  /** True when it looks different now. */
  private async look(
    id: string,
    { state, agent }: WatchedAgent,
    growth: Map<string, number>,
  ): Promise<boolean> {
    const known = this.known.get(id) ?? newKnown();
    this.known.set(id, known);
    known.lastLookMs = this.ports.clock.now();
    const left = (this.looks.get(id) ?? 0) - 1;
    if (left > 0) this.looks.set(id, left);
    else this.looks.delete(id);

    const transcript = this.ports.mayRead() ? agentTranscript(state.header, agent) : undefined;
    const read = transcript && (await this.ports.read(transcript));
    if (read) {
      known.reading = read.reading;
      growth.set(id, read.changedMs);
      if (!read.isComplete) this.looks.set(id, looksPerEvent);
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
    if (!isSettled || this.looksAgain(agent.entryId)) return;
    known.toldInterruptMs = atMs;
    await this.ports.interrupted({ state, agent });
  }

  /** True while its transcript is not read to the end. */
  private looksAgain(id: string): boolean {
    return (this.looks.get(id) ?? 0) === looksPerEvent;
  }

  /** True when it looks different now. */
  private show(known: Known): boolean {
    const { totals, usage: before } = known;
    if (totals === undefined) return false;
    const prices = this.ports.prices();
    const cost = costOf(totals, prices);
    const listed = totals.model === undefined ? undefined : pricesOf(prices, totals.model)?.context;
    const shown = { ...totals, contextLimit: totals.contextLimit ?? listed };
    const isSame =
      before !== undefined &&
      isSameTotals(before.totals, shown) &&
      before.cost.microsUsd === cost.microsUsd &&
      before.cost.atLeastMicrosUsd === cost.atLeastMicrosUsd;
    if (isSame) return false;
    known.usage = { totals: shown, cost, isFromEntry: false };
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
    lastLookMs: Number.NEGATIVE_INFINITY,
    lastRaiseMs: Number.NEGATIVE_INFINITY,
    mustRaise: false,
    toldInterruptMs: undefined,
  };
}

function rankOf(hasNews: boolean, isWorker: boolean): number {
  if (hasNews) return isWorker ? 0 : 1;
  return 2;
}

/** Infinities have no difference. */
function compareTimes(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
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
