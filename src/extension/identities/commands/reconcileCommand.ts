import * as vscode from 'vscode';
import type { ReconcileAction } from '../../../core/identities/reconcileActions.ts';
import { reconcileSentence } from '../../../presentation/identities/outcomeWords.ts';
import type { CommandHandler } from '../../commands/commandServices.ts';
import { confirm, notify } from '../../commands/notify.ts';
import type { IdentityServices } from '../identityServices.ts';
import { tellNoFolder } from './tellNoFolder.ts';
import { dueActions, identityOf } from '../dueActions.ts';

type Services = Pick<IdentityServices, 'lists' | 'owners'>;

const maxNamed = 12;

/** Makes the agents of this window what their files say, after showing what that is. Resolves to `{actions}`. */
export function createReconcileCommand({ lists, owners }: Services): CommandHandler {
  return async () => {
    const { t } = vscode.l10n;
    if (lists.places.length === 0) {
      tellNoFolder();
      return undefined;
    }
    await lists.refresh();
    const due: { readonly worktree: string; readonly action: ReconcileAction }[] = [];
    for (const place of lists.places) {
      const owner = owners.current(place.worktree);
      if (owner === undefined) continue;
      const actions = await dueActions(owner, place);
      due.push(...actions.map((action) => ({ worktree: place.worktree, action })));
    }
    if (due.length === 0) {
      notify('information', t('The agents of this window are what their files say.'));
      return { actions: [] };
    }
    const lines = due.slice(0, maxNamed).map(({ action }) => reconcileSentence(action, t));
    const more = due.length - lines.length;
    const isConfirmed = await confirm(t('Make the agents what their files say?'), {
      detail: [...lines, ...(more > 0 ? [t('and {0} more', more)] : [])],
      button: t('Reconcile'),
    });
    if (!isConfirmed) return undefined;
    for (const { worktree, action } of due) await owners.of(worktree).reconcile(action);
    await lists.refresh();
    return {
      actions: due.map(({ action }) => ({ action: action.action, identity: identityOf(action) })),
    };
  };
}
