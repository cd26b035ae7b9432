import * as vscode from 'vscode';
import { systemClock } from '../base/clock.ts';
import { Emitter } from '../base/event.ts';
import { DisposableStore, type Disposable } from '../base/lifecycle.ts';
import type { AgentSnapshot } from '../core/agents/registrySnapshot.ts';
import { spendingVerdict } from '../core/harness/usage/spending.ts';
import { toAgentElement } from '../presentation/agentElement.ts';
import { agentName } from '../presentation/agentWording.ts';
import { lastSegment } from '../presentation/pathFolders.ts';
import { toPlainLine } from '../presentation/plainText.ts';
import {
  agentCrossingSentence,
  crossingsSentence,
  isCrossed,
  isNews,
  parseTold,
  repositoryCrossingSentence,
  withTold,
  type Crossing,
  type ToldCrossings,
} from '../presentation/usageLimits.ts';
import { parseDayStart, spentToday, type DayStart } from '../presentation/usageToday.ts';
import { commandAction, notify } from './commands/notify.ts';
import type { CommandId } from './ids.ts';
import { isMereBeat, type RegistrySet, type RootRegistry } from './registrySet.ts';
import { readSettings, type SpendingSettings } from './settings.ts';
import type { RootUsage, UsageSet } from './usageSet.ts';

const toldKey = 'heddle.toldSpending';
const dayStartKey = 'heddle.spendingDayStart';
/** Of more agents at once one notification tells. */
const maxSingly = 3;
/** A limit is looked at this often at most. */
const lookEveryMs = 2000;

/** These agents of a root are near or over their limit, or not any more. */
export interface SpendingChange {
  readonly root: string;
  readonly entryIds: ReadonlySet<string>;
}

export interface SpendingWatchOptions {
  readonly usage: Pick<UsageSet, 'get' | 'onDidChange'>;
  readonly state: vscode.Memento;
  readonly logger: vscode.LogOutputChannel;
}

/**
 * Compares what agents spend with the limits that the person set, and warns once of each crossing, also
 * across a reload. Nothing is stopped: that is for the person to do.
 */
export class SpendingWatch implements Disposable {
  private readonly own = new DisposableStore();
  private readonly _onDidChange: Emitter<SpendingChange>;
  private readonly crossings = new Map<string, ReadonlyMap<string, Crossing>>();
  private told: ToldCrossings;
  private settings: SpendingSettings = readSettings().spending;
  private timer: Disposable | undefined;

  constructor(
    private readonly registries: Pick<RegistrySet, 'onDidChange' | 'roots'>,
    private readonly options: SpendingWatchOptions,
  ) {
    const { state, usage, logger } = options;
    this.told = parseTold(state.get<unknown>(toldKey));
    this._onDidChange = this.own.add(
      new Emitter<SpendingChange>((error) => logger.error('A listener failed.', error)),
    );
    this.own.add({ dispose: () => this.timer?.dispose() });
    this.own.add(usage.onDidChange(() => this.arm()));
    this.own.add(
      registries.onDidChange((event) => {
        if (!isMereBeat(event)) this.arm();
      }),
    );
    this.own.add(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (!event.affectsConfiguration('heddle.spending')) return;
        this.settings = readSettings().spending;
        this.look();
      }),
    );
    this.arm();
  }

  get onDidChange(): Emitter<SpendingChange>['event'] {
    return this._onDidChange.event;
  }

  /** The limit that an agent with all that it spawned is near or over. */
  crossingOf(root: string, sessionId: string): Crossing | undefined {
    return this.crossings.get(root)?.get(sessionId);
  }

  dispose(): void {
    this.own.dispose();
  }

  private get hasLimits(): boolean {
    const { perAgentUsd, perRepositoryUsd } = this.settings;
    return perAgentUsd !== undefined || perRepositoryUsd !== undefined;
  }

  private arm(): void {
    if (this.timer !== undefined || this.own.isDisposed || !this.hasLimits) return;
    this.timer = systemClock.after(lookEveryMs, () => {
      this.timer = undefined;
      this.look();
    });
  }

  private look(): void {
    for (const root of this.registries.roots) {
      const usage = this.options.usage.get(root.location.root);
      if (usage === undefined) continue;
      this.lookAtAgents(root, usage);
      if (this.settings.perRepositoryUsd !== undefined) this.lookAtRepository(root, usage);
    }
  }

  private lookAtAgents({ location: { root } }: RootRegistry, usage: RootUsage): void {
    const before = this.crossings.get(root) ?? new Map<string, Crossing>();
    const after = new Map<string, Crossing>();
    const news: { readonly agent: AgentSnapshot; readonly verdict: Crossing }[] = [];
    const { perAgentUsd } = this.settings;
    for (const agent of perAgentUsd === undefined ? [] : usage.independent) {
      const { sessionId, status } = agent.entry;
      const spent = usage.withChildren(sessionId) ?? usage.usageOf(agent);
      if (status !== 'active' || spent === undefined) continue;
      const verdict = spendingVerdict(spent.cost, perAgentUsd);
      if (!isCrossed(verdict)) continue;
      after.set(sessionId, verdict);
      if (isNews(this.told[agentKey(root, sessionId)], verdict)) news.push({ agent, verdict });
    }
    this.crossings.set(root, after);
    if (news.length > maxSingly) this.tellOfMany(root, news);
    else for (const { agent, verdict } of news) this.tellOfAgent(root, agent, verdict);
    const entryIds = new Set([...before.keys(), ...after.keys()]);
    if (entryIds.size > 0) this._onDidChange.fire({ root, entryIds });
  }

  private tellOfAgent(root: string, { entry }: AgentSnapshot, verdict: Crossing): void {
    const { sessionId } = entry;
    const { t } = vscode.l10n;
    const show: CommandId = 'heddle.agent.showDetails';
    this.keepTold([[agentKey(root, sessionId), verdict]]);
    this.tell({
      text: agentCrossingSentence(agentName(entry, t), verdict, t),
      action: commandAction(t('Show Details'), show, toAgentElement({ root, sessionId })),
    });
  }

  /** Such as when a limit is set below what all of them have spent. */
  private tellOfMany(
    root: string,
    news: readonly { readonly agent: AgentSnapshot; readonly verdict: Crossing }[],
  ): void {
    const { t } = vscode.l10n;
    this.keepTold(
      news.map(({ agent, verdict }) => [agentKey(root, agent.entry.sessionId), verdict]),
    );
    this.tell({
      text: crossingsSentence(
        toPlainLine(lastSegment(root), 60),
        news.map(({ verdict }) => verdict),
        t,
      ),
      action: commandAction(t('Show Agents'), 'heddle.agents.focus'),
    });
  }

  private lookAtRepository({ location: { root }, snapshot }: RootRegistry, usage: RootUsage): void {
    const nowMs = Date.now();
    const before = this.dayStartOf(root);
    const { cost, dayStart } = spentToday(snapshot.agents, {
      usageOf: (agent) => usage.usageOf(agent),
      before,
      nowMs,
    });
    if (dayStart !== before) this.keepDayStart(root, dayStart);
    const verdict = spendingVerdict(cost, this.settings.perRepositoryUsd);
    const key = `day:${dayStart.day}@${root}`;
    if (!isCrossed(verdict) || !isNews(this.told[key], verdict)) return;
    const { t } = vscode.l10n;
    this.keepTold([[key, verdict]]);
    this.tell({
      text: repositoryCrossingSentence(toPlainLine(lastSegment(root), 60), verdict, t),
      action: commandAction(t('Show Agents'), 'heddle.agents.focus'),
    });
  }

  private keepTold(crossings: readonly (readonly [string, Crossing])[]): void {
    this.told = withTold(this.told, crossings);
    void this.options.state.update(toldKey, this.told);
  }

  private tell({
    text,
    action,
  }: {
    readonly text: string;
    readonly action: ReturnType<typeof commandAction>;
  }): void {
    notify('warning', text, [
      action,
      commandAction(
        vscode.l10n.t('Open Settings'),
        'workbench.action.openSettings',
        'heddle.spending',
      ),
    ]);
  }

  private dayStartOf(root: string): DayStart | undefined {
    return parseDayStart(this.options.state.get<unknown>(`${dayStartKey}@${root}`));
  }

  private keepDayStart(root: string, dayStart: DayStart): void {
    void this.options.state.update(`${dayStartKey}@${root}`, dayStart);
  }
}

function agentKey(root: string, sessionId: string): string {
  return `agent:${sessionId}@${root}`;
}
