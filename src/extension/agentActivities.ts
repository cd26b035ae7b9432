import type { AgentActivity } from '../presentation/agentActivity.ts';
import { isPerson } from '../presentation/agentWording.ts';
import type { AgentSnapshot } from '../core/agents/registrySnapshot.ts';
import { Emitter } from '../base/event.ts';
import { DisposableStore, type Disposable } from '../base/lifecycle.ts';
import type { Logger } from '../base/logger.ts';
import type { AgentNow } from '../core/harness/agentNow.ts';
import type { HostedAgents } from './sessions/hostedAgents.ts';
import type { SessionSet } from './sessionSet.ts';
import type { SpendingWatch } from './spendingWatch.ts';
import type { UsageSet } from './usageSet.ts';

export interface AgentActivitiesSources {
  readonly sessions: Pick<SessionSet, 'get' | 'onDidChange'>;
  readonly usage: Pick<UsageSet, 'get' | 'onDidChange'>;
  /** What is known of agents whose sessions are hosted. */
  readonly hosted: Pick<HostedAgents, 'in' | 'onDidChange'>;
  readonly spending: Pick<SpendingWatch, 'crossingOf' | 'onDidChange'>;
  readonly logger: Logger;
}

/** These agents of a root do or use something else; without them, everything may be another. */
export interface AgentActivitiesChange {
  readonly root: string | undefined;
  readonly entryIds: ReadonlySet<string> | undefined;
  /** Whether what they do changed, and not only what they use. */
  readonly isDoing: boolean;
}

/** What is known of agents beyond their entries, in one place for all who show it. */
export class AgentActivities implements Disposable {
  private readonly own = new DisposableStore();
  private readonly _onDidChange: Emitter<AgentActivitiesChange>;

  constructor(private readonly sources: AgentActivitiesSources) {
    const { sessions, hosted, usage, spending, logger } = sources;
    this._onDidChange = this.own.add(
      new Emitter<AgentActivitiesChange>((error) => logger.error('A listener failed.', error)),
    );
    const fire = this._onDidChange;
    this.own.add(sessions.onDidChange((change) => fire.fire({ ...change, isDoing: true })));
    this.own.add(hosted.onDidChange((change) => fire.fire({ ...change, isDoing: true })));
    this.own.add(usage.onDidChange((change) => fire.fire({ ...change, isDoing: false })));
    this.own.add(spending.onDidChange((change) => fire.fire({ ...change, isDoing: false })));
  }

  get onDidChange(): Emitter<AgentActivitiesChange>['event'] {
    return this._onDidChange.event;
  }

  /** What the agents of a root do, by session id. */
  nowIn(root: string): ReadonlyMap<string, AgentNow> {
    const told = this.sources.sessions.get(root)?.now ?? new Map<string, never>();
    const hosted = this.sources.hosted.in(root);
    if (hosted.size === 0) return told;
    const both = new Map<string, AgentNow>(told);
    for (const [id, now] of hosted) both.set(id, moreTelling(told.get(id), now));
    return both;
  }

  /** The same without those whose sessions are hosted: what they ask is counted with the sessions. */
  unhostedNowIn(root: string): ReadonlyMap<string, AgentNow> {
    const hosted = this.sources.hosted.in(root);
    const told = this.sources.sessions.get(root)?.now ?? new Map<string, never>();
    if (hosted.size === 0) return told;
    return new Map([...told].filter(([id]) => !hosted.has(id)));
  }

  of(root: string, agent: AgentSnapshot): AgentActivity {
    const { sessions, hosted, usage, spending } = this.sources;
    const { sessionId } = agent.entry;
    const used = usage.get(root);
    return {
      now: moreTelling(sessions.get(root)?.now.get(sessionId), hosted.in(root).get(sessionId)),
      usage: used?.usageOf(agent),
      withChildren: isPerson(agent.entry) ? undefined : used?.withChildren(sessionId),
      crossing: spending.crossingOf(root, sessionId),
    };
  }

  dispose(): void {
    this.own.dispose();
  }
}

/** Hooks name the tool and the file best; whether a person is asked, the session knows for sure. */
function moreTelling(told: AgentNow | undefined, hosted: AgentNow): AgentNow;
function moreTelling(
  told: AgentNow | undefined,
  hosted: AgentNow | undefined,
): AgentNow | undefined;
function moreTelling(
  told: AgentNow | undefined,
  hosted: AgentNow | undefined,
): AgentNow | undefined {
  if (hosted === undefined || told === undefined) return told ?? hosted;
  return hosted.phase === 'waiting' || told.phase !== 'working' ? hosted : told;
}
