import * as vscode from 'vscode';
import { Emitter } from '../base/event.ts';
import { DisposableStore, type Disposable } from '../base/lifecycle.ts';
import type { AgentSnapshot } from '../core/agents/registrySnapshot.ts';
import { parsePriceOverrides, withOverrides } from '../core/harness/usage/modelPrices.ts';
import { listPrices, type PriceTable } from '../core/harness/usage/priceTable.ts';
import type { ShownUsage } from '../presentation/usageShown.ts';
import type { LockSet } from './lockSet.ts';
import { isMereBeat, type RegistrySet } from './registrySet.ts';
import { reusedMembers } from './reusedMembers.ts';
import type { RootSessions, SessionSet } from './sessionSet.ts';
import { readSettings } from './settings.ts';
import { UsageMember } from './usageMember.ts';

/** These agents, and all that spawned them, used more; or, without them, the set of roots is another. */
export interface UsageSetChange {
  readonly root: string | undefined;
  readonly entryIds: ReadonlySet<string> | undefined;
}

export interface UsageSetOptions {
  readonly sessions: SessionSet;
  readonly locks: Pick<LockSet, 'get'>;
  readonly logger: vscode.LogOutputChannel;
}

/** What the agents of one root used. */
export interface RootUsage {
  /** What an agent used itself: as its transcript or its events tell, else as its entry does. */
  usageOf(agent: AgentSnapshot): ShownUsage | undefined;
  /** With all that it spawned; undefined when it spawned nobody. */
  withChildren(sessionId: string): ShownUsage | undefined;
  /** Agents that no other agent spawned. */
  readonly independent: readonly AgentSnapshot[];
}

/** What agents use, for all roots. Where the workspace is not trusted only what agents themselves tell. */
export class UsageSet implements Disposable {
  private readonly own = new DisposableStore();
  private readonly _onDidChange: Emitter<UsageSetChange>;
  private members: readonly UsageMember[] = [];
  private prices: PriceTable;

  constructor(
    private readonly registries: RegistrySet,
    private readonly options: UsageSetOptions,
  ) {
    const { sessions, logger } = options;
    this.prices = this.readPrices();
    this._onDidChange = this.own.add(
      new Emitter<UsageSetChange>((error) => logger.error('A listener failed.', error)),
    );
    this.own.add({ dispose: () => this.members.forEach((member) => member.dispose()) });
    this.own.add(
      sessions.onDidChange(({ root, entryIds }) => {
        if (root === undefined || entryIds === undefined) this.reopen();
        else this.member(root)?.watch.mark(entryIds);
      }),
    );
    this.own.add(
      registries.onDidChange((event) => {
        if (event.root !== undefined && !isMereBeat(event))
          this.member(event.root)?.sums.noteAgents();
      }),
    );
    this.own.add(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (!event.affectsConfiguration('heddle.usage.prices')) return;
        this.prices = this.readPrices();
        for (const { watch } of this.members) watch.markAll();
      }),
    );
    this.own.add(
      vscode.workspace.onDidGrantWorkspaceTrust(() => {
        for (const { watch } of this.members) watch.markAll();
      }),
    );
    this.reopen();
  }

  get onDidChange(): Emitter<UsageSetChange>['event'] {
    return this._onDidChange.event;
  }

  get(root: string): RootUsage | undefined {
    return this.member(root);
  }

  dispose(): void {
    this.own.dispose();
  }

  private member(root: string): UsageMember | undefined {
    return this.members.find(({ sessions }) => sessions.root.location.root === root);
  }

  private reopen(): void {
    this.members = reusedMembers(this.members, this.options.sessions.roots, {
      serves: (member, sessions) => member.sessions === sessions,
      open: (sessions) => this.open(sessions),
    });
    this._onDidChange.fire({ root: undefined, entryIds: undefined });
  }

  private open(sessions: RootSessions): UsageMember {
    const { logger, locks } = this.options;
    const { root } = sessions.root.location;
    return new UsageMember(sessions, {
      logger,
      prices: () => this.prices,
      agentsNow: () => this.registries.get(root)?.snapshot.agents ?? [],
      find: (entryId) => this.registries.find(root, entryId)?.agent.entry,
      closeTurn: async (sessionId) => {
        await locks
          .get(root)
          ?.locks.closeTurn({ kind: 'session', sessionId }, { over: 'interrupted' });
      },
      onDidChange: (entryIds) => this._onDidChange.fire({ root, entryIds }),
    });
  }

  private readPrices(): PriceTable {
    const overrides = parsePriceOverrides(readSettings().spending.prices);
    for (const problem of overrides.problems) {
      this.options.logger.warn(`heddle.usage.prices: ${problem}`);
    }
    return withOverrides(listPrices(), overrides);
  }
}
