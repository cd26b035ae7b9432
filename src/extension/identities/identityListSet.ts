import { randomUUID } from 'node:crypto';
import type * as vscode from 'vscode';
import { Emitter } from '../../base/event.ts';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import { identityWorktree } from '../../node/identities/identityWorktree.ts';
import { openContinuity, type OpenContinuity } from '../../node/identities/openContinuity.ts';
import type { IdentityRef } from '../../presentation/identities/rows/identityElement.ts';
import type {
  PlacedIdentity,
  PlacedProblem,
} from '../../presentation/identities/rows/placedIdentity.ts';
import { shownOnce } from '../../presentation/identities/rows/shownOnce.ts';
import type { RegistrySet, RootRegistry } from '../registrySet.ts';
import { reusedMembers } from '../reusedMembers.ts';
import { PlaceIdentities } from './placeIdentities.ts';

export interface IdentityListSetOptions {
  /** Who others are told owns what this window owns. */
  readonly labelIn: (root: string) => string;
  readonly logger: vscode.LogOutputChannel;
}

/** The named agents of all checkouts of a window. It reads files only, so it serves restricted windows too. */
export class IdentityListSet implements Disposable {
  private readonly own = new DisposableStore();
  private readonly _onDidChange: Emitter<PlaceIdentities | undefined>;
  private readonly continuities = new Map<string, OpenContinuity>();
  private members: readonly PlaceIdentities[] = [];

  constructor(
    private readonly registries: Pick<RegistrySet, 'roots' | 'onDidChange'>,
    private readonly options: IdentityListSetOptions,
  ) {
    this._onDidChange = this.own.add(
      new Emitter<PlaceIdentities | undefined>((error) =>
        options.logger.error('A listener failed.', error),
      ),
    );
    this.own.add({ dispose: () => this.members.forEach((member) => member.dispose()) });
    this.own.add(
      registries.onDidChange(({ change }) => {
        if (change === undefined) this.reopen();
      }),
    );
    this.reopen();
  }

  /** Told with the place that changed; without one the set of places did. */
  get onDidChange(): Emitter<PlaceIdentities | undefined>['event'] {
    return this._onDidChange.event;
  }

  get places(): readonly PlaceIdentities[] {
    return this.members;
  }

  /** As they are shown: what lasts of an agent is shared by all checkouts of a root, and told once. */
  get identities(): readonly PlacedIdentity[] {
    const all = this.members.flatMap(({ identities }) => identities);
    return this.members.length > 1 ? shownOnce(all) : all;
  }

  get problems(): readonly PlacedProblem[] {
    return this.members.flatMap(({ worktree, problems }) =>
      problems.map((problem) => ({ worktree, problem })),
    );
  }

  /** The place by its checkout. */
  get(worktree: string): PlaceIdentities | undefined {
    return this.members.find((member) => member.worktree === worktree);
  }

  find({ worktree, identity }: IdentityRef): PlacedIdentity | undefined {
    return this.get(worktree)?.get(identity);
  }

  async refresh(): Promise<void> {
    await Promise.all(this.members.map((member) => member.refresh()));
  }

  dispose(): void {
    this.own.dispose();
  }

  private reopen(): void {
    const before = this.members;
    this.members = reusedMembers(before, placesOf(this.registries.roots), {
      serves: (member, { root, worktree }) => member.worktree === worktree && member.root === root,
      open: ({ root, worktree }) => this.openMember(root, worktree),
    });
    if (this.members !== before) this._onDidChange.fire(undefined);
  }

  private openMember(root: RootRegistry, worktree: string): PlaceIdentities {
    const { logger } = this.options;
    const member: PlaceIdentities = new PlaceIdentities({
      ...{ root, worktree, logger, continuity: this.continuityOf(root) },
      // Never the same again, also not after a reload of the window.
      instance: `window-${randomUUID()}`,
      checkoutOf: (instance) => this.members.find((other) => other.instance === instance)?.worktree,
      onDidChange: () => this._onDidChange.fire(member),
    });
    return member;
  }

  /** The same for all checkouts of a root: whoever reads it must not lock out whoever writes it. */
  private continuityOf(root: RootRegistry): OpenContinuity {
    const { location, probe } = root;
    const key = location.heddleFolder;
    const label = this.options.labelIn(location.root);
    const known = this.continuities.get(key) ?? openContinuity(location, { probe, label });
    this.continuities.set(key, known);
    return known;
  }
}

function placesOf(
  roots: readonly RootRegistry[],
): readonly { readonly root: RootRegistry; readonly worktree: string }[] {
  const places = new Map<string, { root: RootRegistry; worktree: string }>();
  for (const root of roots) {
    for (const { uri } of root.folders) {
      const worktree = identityWorktree(root.location, uri.fsPath);
      if (!places.has(worktree)) places.set(worktree, { root, worktree });
    }
  }
  return [...places.values()];
}
