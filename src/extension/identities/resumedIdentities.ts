import * as vscode from 'vscode';
import { setTimeout as pause } from 'node:timers/promises';
import { errorText } from '../../base/errorText.ts';
import { DisposableStore, toDisposable, type Disposable } from '../../base/lifecycle.ts';
import type { AgentIdentity } from '../../core/identities/agentIdentity.ts';
import type { StartOutcome } from '../../node/identities/startOutcome.ts';
import type { IdentityListSet } from './identityListSet.ts';
import type { IdentityOwners } from './identityOwners.ts';
import { freshNames, type RememberedIdentities } from './rememberedIdentities.ts';
import type { PlaceIdentities } from './placeIdentities.ts';

export interface ResumedIdentitiesOptions {
  readonly memory: vscode.Memento;
  readonly logger: vscode.LogOutputChannel;
  /** Told what became of those that this window had. */
  readonly onDidResume: (place: PlaceIdentities, outcomes: readonly StartOutcome[]) => void;
}

const memoryKey = 'heddle.identities.owned';
/** That this window still lives is written down so often. */
const beatMs = 30_000;
/** The extension host from before the reload may live a little longer. */
const retryMs = 2000;
const attempts = 15;

/**
 * After a reload the window owns again what it owned before: it takes the leases and is ready. Agents work
 * only when they have messages, or when they never stopped. A folder that is opened anew starts nothing.
 */
export class ResumedIdentities implements Disposable {
  private readonly own = new DisposableStore();
  /** What is still to be resumed, by checkout. */
  private readonly pending: Map<string, readonly AgentIdentity[]>;
  /** What is being resumed; a reload in the middle of it forgets none. */
  private readonly resuming = new Map<string, readonly AgentIdentity[]>();

  constructor(
    private readonly lists: Pick<IdentityListSet, 'places' | 'onDidChange'>,
    private readonly owners: IdentityOwners,
    private readonly options: ResumedIdentitiesOptions,
  ) {
    this.pending = new Map(freshNames(options.memory.get<unknown>(memoryKey), Date.now()));
    this.own.add(lists.onDidChange(() => this.resume()));
    this.own.add(vscode.workspace.onDidGrantWorkspaceTrust(() => this.resume()));
    this.own.add(owners.onDidChange(() => this.remember()));
    const timer = setInterval(() => this.remember(), beatMs);
    this.own.add(toDisposable(() => clearInterval(timer)));
    this.resume();
  }

  dispose(): void {
    this.own.dispose();
  }

  private resume(): void {
    if (!vscode.workspace.isTrusted) return;
    for (const place of this.lists.places) {
      const names = this.pending.get(place.worktree);
      if (names === undefined || !place.isKnown) continue;
      this.pending.delete(place.worktree);
      this.resuming.set(place.worktree, names);
      this.resumeIn(place, names)
        .catch((error: unknown) =>
          this.options.logger.warn(`Agents could not be resumed: ${errorText(error)}`),
        )
        .finally(() => this.resuming.delete(place.worktree));
    }
  }

  private async resumeIn(place: PlaceIdentities, names: readonly AgentIdentity[]): Promise<void> {
    const owner = this.owners.of(place.worktree);
    const outcomes = new Map<AgentIdentity, StartOutcome>();
    let wanted = names;
    for (let attempt = 1; wanted.length > 0 && attempt <= attempts; attempt += 1) {
      if (attempt > 1) await pause(retryMs);
      if (this.own.isDisposed) return;
      for (const outcome of await owner.start(wanted)) outcomes.set(outcome.identity, outcome);
      wanted = wanted.filter((name) => outcomes.get(name)?.kind === 'held_elsewhere');
    }
    await place.refresh();
    if (this.own.isDisposed) return;
    this.options.onDidResume(place, [...outcomes.values()]);
  }

  private remember(): void {
    if (this.own.isDisposed) return;
    const names: Record<string, readonly string[]> = {};
    for (const { worktree } of this.lists.places) {
      const held = this.owners.current(worktree)?.held() ?? [];
      const waiting = this.pending.get(worktree) ?? this.resuming.get(worktree) ?? [];
      const all = [...new Set([...held, ...waiting])];
      if (all.length > 0) names[worktree] = all;
    }
    const { memory, logger } = this.options;
    const isNothing = Object.keys(names).length === 0;
    if (isNothing && memory.get(memoryKey) === undefined) return;
    const remembered: RememberedIdentities = { atMs: Date.now(), names };
    memory
      .update(memoryKey, isNothing ? undefined : remembered)
      .then(undefined, (error: unknown) =>
        logger.warn(`What this window owns could not be remembered: ${errorText(error)}`),
      );
  }
}
