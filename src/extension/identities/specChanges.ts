import * as vscode from 'vscode';
import { errorText } from '../../base/errorText.ts';
import { DisposableStore, toDisposable, type Disposable } from '../../base/lifecycle.ts';
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
/** Those that are found within this time belong together. */
const gatherMs = 1000;
/** More than these are asked together. */
const maxAsked = 2;

/** A change that would end something. */
interface GatheredChange {
  readonly action: ReconcileAction;
  readonly owner: IdentityOwner;
  readonly place: PlaceIdentities;
}

/**
 * Keeps the agents of this window as their files say. What ends nothing takes effect by itself; what would
 * end something is asked first, each change once. Agents that nobody owns here are left alone.
 */
export class SpecChanges implements Disposable {
  private readonly own = new DisposableStore();
  private readonly queue = new SerialQueue();
  private readonly saved = new Map<string, number>();
  /** What was asked and is still due, by checkout, so that it is asked once. */
  private readonly asked = new Map<string, ReadonlySet<string>>();
  private readonly gathered: GatheredChange[] = [];
  private timer: NodeJS.Timeout | undefined;

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
    this.own.add(toDisposable(() => clearTimeout(this.timer)));
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
    const due = await dueActions(owner, place);
    const fresh = this.notAsked(
      due.filter((action) => endsSomething(action, owner)),
      place,
    );
    for (const action of fresh) this.gather({ action, owner, place });
    for (const action of due) {
      if (!endsSomething(action, owner)) await this.applyQuietly(action, owner);
    }
  }

  /** What cannot be done with one agent keeps none of the others from it. */
  private async applyQuietly(action: ReconcileAction, owner: IdentityOwner): Promise<void> {
    try {
      await owner.reconcile(action);
    } catch (error) {
      this.logger.warn(`${identityOf(action)}: ${errorText(error)}`);
    }
  }

  /** Those that were not asked yet. What is not due any more is asked again when it becomes due again. */
  private notAsked(
    due: readonly ReconcileAction[],
    { worktree }: PlaceIdentities,
  ): readonly ReconcileAction[] {
    const before = this.asked.get(worktree) ?? new Set();
    const keys = due.map((action) => JSON.stringify(action));
    this.asked.set(worktree, new Set(keys));
    return due.filter((_action, i) => !before.has(keys[i] ?? ''));
  }

  private gather(change: GatheredChange): void {
    this.gathered.push(change);
    this.timer ??= setTimeout(() => this.askGathered(), gatherMs);
  }

  private askGathered(): void {
    this.timer = undefined;
    const changes = this.gathered.splice(0).filter(({ action, owner, place }) => {
      const isDue = this.asked.get(place.worktree)?.has(JSON.stringify(action)) === true;
      return isDue && this.owners.current(place.worktree) === owner;
    });
    if (changes.length > maxAsked) this.askForAll(changes.length);
    else for (const change of changes) this.ask(change);
  }

  /** Another branch may change many at once; each of them is shown before anything is done. */
  private askForAll(count: number): void {
    const { t } = vscode.l10n;
    const reconcile: IdentityCommandId = 'heddle.identities.reconcile';
    notify(
      'warning',
      t(
        'The files of {0} agents were changed. Making the agents what their files say would end what they do.',
        count,
      ),
      [commandAction(t('Reconcile…'), reconcile)],
    );
  }

  private ask({ action, owner, place }: GatheredChange): void {
    const { t } = vscode.l10n;
    const { worktree } = place;
    const identity = identityOf(action);
    const element = toIdentityElement({ worktree, identity });
    const key = JSON.stringify(action);
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
    if (this.own.isDisposed) return;
    try {
      const isCurrent = this.owners.current(place.worktree) === owner;
      const due = isCurrent ? await dueActions(owner, place) : [];
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
