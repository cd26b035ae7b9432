import * as vscode from 'vscode';
import { errorText } from '../../base/errorText.ts';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import { SerialQueue } from '../../base/serialQueue.ts';
import type { ReconcileAction } from '../../core/identities/reconcileActions.ts';
import type { IdentityOwner } from '../../node/identities/identityOwner.ts';
import { identitySpecPath } from '../../node/identities/identitySpecFiles.ts';
import { reconcileSentence } from '../../presentation/identities/outcomeWords.ts';
import { toIdentityElement } from '../../presentation/identities/rows/identityElement.ts';
import { commandAction, notify } from '../commands/notify.ts';
import { dueActions, endsSomething, identityOf } from './dueActions.ts';
import type { IdentityCommandId } from './identityIds.ts';
import type { IdentityListSet } from './identityListSet.ts';
import type { IdentityOwners } from './identityOwners.ts';
import type { PlaceIdentities } from './placeIdentities.ts';

/** A save in this editor explains a change of the file for so long. */
const savedMs = 10_000;

/**
 * Keeps the agents of this window as their files say. What ends nothing takes effect by itself; what would
 * end something is asked first, each change once. Agents that nobody owns here are left alone.
 */
export class SpecChanges implements Disposable {
  private readonly own = new DisposableStore();
  private readonly queue = new SerialQueue();
  private readonly saved = new Map<string, number>();
  /** What was asked, by agent, so that it is asked once. */
  private readonly asked = new Map<string, string>();

  constructor(
    lists: Pick<IdentityListSet, 'onDidChange'>,
    private readonly owners: Pick<IdentityOwners, 'current'>,
    private readonly logger: vscode.LogOutputChannel,
  ) {
    this.own.add(
      vscode.workspace.onDidSaveTextDocument(({ uri }) => {
        if (uri.fsPath.endsWith('.toml')) this.saved.set(uri.fsPath, performance.now());
      }),
    );
    this.own.add(lists.onDidChange((place) => place && this.request(place)));
  }

  dispose(): void {
    this.own.dispose();
  }

  private request(place: PlaceIdentities): void {
    const owner = this.owners.current(place.worktree);
    if (owner === undefined || !vscode.workspace.isTrusted) return;
    this.queue
      .run(() => this.look(owner, place))
      .catch((error: unknown) => this.logger.warn(errorText(error)));
  }

  private async look(owner: IdentityOwner, place: PlaceIdentities): Promise<void> {
    if (this.own.isDisposed) return;
    for (const action of await dueActions(owner, place)) {
      if (endsSomething(action, owner)) this.ask(action, { owner, place });
      else await owner.reconcile(action);
    }
  }

  private ask(
    action: ReconcileAction,
    { owner, place }: { readonly owner: IdentityOwner; readonly place: PlaceIdentities },
  ): void {
    const { t } = vscode.l10n;
    const { worktree } = place;
    const identity = identityOf(action);
    const element = toIdentityElement({ worktree, identity });
    const key = JSON.stringify(action);
    if (this.asked.get(element) === key) return;
    this.asked.set(element, key);
    const isOwn = this.isSavedHere(identitySpecPath(worktree, identity));
    const origin = isOwn
      ? t('You changed what {0} should be.', identity)
      : t('The file of {0} was changed by something else than this editor.', identity);
    const open: IdentityCommandId = 'heddle.identity.openSpec';
    notify('warning', `${origin} ${reconcileSentence(action, t)}`, [
      {
        title: action.action === 'retire' ? t('Retire') : t('Respawn'),
        run: () => this.apply(action, { owner, place, key }),
      },
      ...(action.action === 'retire' ? [] : [commandAction(t('Open File'), open, element)]),
    ]);
  }

  /** The file may have changed again since it was asked. */
  private async apply(
    action: ReconcileAction,
    {
      owner,
      place,
      key,
    }: { readonly owner: IdentityOwner; readonly place: PlaceIdentities; readonly key: string },
  ): Promise<void> {
    const { t } = vscode.l10n;
    try {
      const due = await dueActions(owner, place);
      if (!due.some((each) => JSON.stringify(each) === key)) {
        notify('information', t('The file has changed since, so nothing was done.'));
        return;
      }
      await owner.reconcile(action);
      await place.refresh();
    } catch (error) {
      notify('warning', errorText(error));
    }
  }

  private isSavedHere(path: string): boolean {
    const atMs = this.saved.get(path);
    return atMs !== undefined && performance.now() - atMs < savedMs;
  }
}
