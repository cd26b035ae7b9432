import * as vscode from 'vscode';
import { systemClock } from '../../base/clock.ts';
import { errorText } from '../../base/errorText.ts';
import { Emitter } from '../../base/event.ts';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import { personActorKey } from '../../core/agents/personReservation.ts';
import { within } from '../../core/identities/within.ts';
import { isSessionError } from '../../core/sessions/sessionError.ts';
import type { IdentityOwner } from '../../node/identities/identityOwner.ts';
import { openContinuity } from '../../node/identities/openContinuity.ts';
import { openIdentityOwner } from '../../node/identities/openIdentityOwner.ts';
import type { IdentityRef } from '../../presentation/identities/rows/identityElement.ts';
import type { SessionAgents } from '../sessions/sessionAgents.ts';
import { editorProgram, hostEnvironment } from '../sessions/sessionStarter.ts';
import { readPermissionPolicy, readRetention } from '../sessions/sessionSettings.ts';
import type { WindowIdentity } from '../windowIdentity.ts';
import type { IdentityListSet } from './identityListSet.ts';
import { readDurability } from './identitySettings.ts';
import { ownerLabel } from './ownerLabel.ts';
import type { PlaceIdentities } from './placeIdentities.ts';

/** The editor ends the process after about four seconds. */
const closeMs = 3000;

export interface IdentityOwnersOptions {
  readonly agents: Pick<SessionAgents, 'expect'>;
  readonly identity: Pick<WindowIdentity, 'nameIn'>;
  readonly context: Pick<vscode.ExtensionContext, 'asAbsolutePath'>;
  readonly logger: vscode.LogOutputChannel;
}

/**
 * What this window owns, one owner for each checkout, made when it is first needed. A restricted window
 * has none, and none takes anything before it is told to.
 */
export class IdentityOwners implements Disposable {
  private readonly own = new DisposableStore();
  private readonly _onDidChange: Emitter<string>;
  private readonly _onDidInterrupt: Emitter<IdentityRef>;
  private readonly owners = new Map<string, IdentityOwner>();
  /** Those that are giving up what they own. */
  private readonly closing = new Set<Promise<void>>();

  constructor(
    private readonly lists: Pick<IdentityListSet, 'places' | 'get' | 'onDidChange'>,
    private readonly options: IdentityOwnersOptions,
  ) {
    const complain = (error: unknown): void => options.logger.error('A listener failed.', error);
    this._onDidChange = this.own.add(new Emitter<string>(complain));
    this._onDidInterrupt = this.own.add(new Emitter<IdentityRef>(complain));
    this.own.add(
      lists.onDidChange((place) => {
        if (place === undefined) this.closeGone();
        // What others put into an inbox is told by its files.
        else this.owners.get(place.worktree)?.noticeInbox();
      }),
    );
    this.own.add(
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('heddle.identities')) this.closeIdle();
      }),
    );
    this.own.add({ dispose: () => this.closeAll() });
  }

  /** Told with the checkout in which something of what is owned here changed. */
  get onDidChange(): Emitter<string>['event'] {
    return this._onDidChange.event;
  }

  /** An agent was taken whose last turn had died before: nothing goes on by itself. */
  get onDidInterrupt(): Emitter<IdentityRef>['event'] {
    return this._onDidInterrupt.event;
  }

  /** The owner that there is. */
  current(worktree: string): IdentityOwner | undefined {
    return this.owners.get(worktree);
  }

  /** The owner of a checkout, made if there is none. @throws Error in a restricted window, or without such a checkout */
  of(worktree: string): IdentityOwner {
    const { t } = vscode.l10n;
    if (!vscode.workspace.isTrusted) {
      throw new Error(t('A restricted window owns no agents. Trust the workspace first.'));
    }
    if (this.own.isDisposed) throw new Error(t('This window is being closed.'));
    const known = this.owners.get(worktree);
    if (known) return known;
    const place = this.lists.get(worktree);
    if (place === undefined) throw new Error(t('{0} is not open in this window.', worktree));
    const owner = this.open(place);
    this.owners.set(worktree, owner);
    return owner;
  }

  /** Resolves when all that was closed is given up, at the latest when the editor would wait no longer. */
  async closed(): Promise<void> {
    await within(Promise.all(this.closing), { clock: systemClock, limitMs: closeMs });
  }

  dispose(): void {
    this.own.dispose();
  }

  private open(place: PlaceIdentities): IdentityOwner {
    const { worktree, root, specs, instance } = place;
    const { agents, identity, context, logger } = this.options;
    const { location, probe } = root;
    const person = identity.nameIn(location.root);
    const label = ownerLabel(person, location.root);
    const { policy: durability, mirrorFolder } = readDurability();
    // What only reads needs no second folder.
    const continuity =
      durability.kind === 'async_replicated'
        ? openContinuity(location, { probe, label, durability, mirrorFolder })
        : place.continuity;
    const { owner, bridge } = openIdentityOwner({
      ...{ location, worktree, specs, instance, continuity, durability, label, probe, logger },
      env: hostEnvironment(),
      program: editorProgram(context),
      policy: readPermissionPolicy,
      keep: readRetention,
      client: { name: person.slice(0, 200), kind: 'window', pid: process.pid },
      expectAgent: (preset) => expectAgent(agents, preset),
      parent: { actorKey: personActorKey(person) },
    });
    bridge.onDidEndTurn(({ identity: ended, outcome, wasAdopted, wasRetired }) => {
      const isDead = outcome.kind === 'failed' && outcome.isDeath;
      if (wasAdopted && !wasRetired && isDead) {
        this._onDidInterrupt.fire({ worktree, identity: ended });
      }
    });
    owner.onDidChange(() => {
      this._onDidChange.fire(worktree);
      void place.refresh();
    });
    return owner;
  }

  private closeGone(): void {
    const open = new Set(this.lists.places.map(({ worktree }) => worktree));
    for (const worktree of [...this.owners.keys()]) {
      if (!open.has(worktree)) this.close(worktree);
    }
  }

  /** Those that hold nothing are made anew, by the settings of then. */
  private closeIdle(): void {
    for (const [worktree, owner] of [...this.owners]) {
      if (owner.held().length === 0) this.close(worktree);
    }
  }

  private closeAll(): void {
    for (const worktree of [...this.owners.keys()]) this.close(worktree);
  }

  /** Agents that are at work go on; whoever owns them next finds them. */
  private close(worktree: string): void {
    const owner = this.owners.get(worktree);
    this.owners.delete(worktree);
    if (owner === undefined) return;
    const closing = owner
      .stop()
      .catch((error: unknown) => this.complain(error))
      .finally(() => this.closing.delete(closing));
    this.closing.add(closing);
  }

  /** While the window is being closed there may be nobody left to hear it. */
  private complain(error: unknown): void {
    try {
      this.options.logger.warn(errorText(error));
    } catch {
      // The log is closed.
    }
  }
}

/** @throws Error with the reason alone, because those who ask say themselves what could not be done */
function expectAgent(
  agents: IdentityOwnersOptions['agents'],
  preset: string,
): ReturnType<typeof agents.expect> {
  try {
    return agents.expect(preset);
  } catch (error) {
    if (!isSessionError(error, 'engine') || error.problem.code !== 'engine') throw error;
    throw new Error(error.problem.reason, { cause: error });
  }
}
