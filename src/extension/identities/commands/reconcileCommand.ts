import * as vscode from 'vscode';
import { errorText } from '../../../base/errorText.ts';
import type { ReconcileAction } from '../../../core/identities/reconcileActions.ts';
import { reconcileSentence } from '../../../presentation/identities/outcomeWords.ts';
import type { CommandHandler } from '../../commands/commandServices.ts';
import { confirm, notify } from '../../commands/notify.ts';
import { dueActions, endsSomething, identityOf } from '../dueActions.ts';
import { identitiesViewId } from '../identityIds.ts';
import type { IdentityServices } from '../identityServices.ts';
import { identityFailureOf } from './sayingIdentityProblems.ts';
import { tellBriefly } from './tellBriefly.ts';
import { tellNoFolder } from './tellNoFolder.ts';

type Services = Pick<IdentityServices, 'lists' | 'owners'>;

interface DueAction {
  readonly worktree: string;
  readonly action: ReconcileAction;
  /** Whether something that is ready or at work here ends. */
  readonly isEnd: boolean;
}

const maxNamed = 12;

/** Makes the agents of this window what their files say, after showing what that is. Resolves to `{actions}`. */
export function createReconcileCommand(services: Services): CommandHandler {
  return async () => {
    const { t } = vscode.l10n;
    if (services.lists.places.length === 0) {
      tellNoFolder();
      return undefined;
    }
    const due = await allDue(services);
    if (due.length === 0) {
      notify('information', t('The agents of this window are what their files say.'));
      return { actions: [] };
    }
    if (!(await askReconcile(due))) return undefined;
    // Only what was shown is done: the files may have changed meanwhile.
    const shown = new Set(due.map((each) => JSON.stringify(each)));
    const now = await allDue(services);
    const wanted = now.filter((each) => shown.has(JSON.stringify(each)));
    if (wanted.length < now.length || wanted.length < due.length) {
      notify(
        'information',
        t(
          'Files have changed meanwhile: only what was shown and is still due was done. Reconcile again for the rest.',
        ),
      );
    }
    const done = await vscode.window.withProgress({ location: { viewId: identitiesViewId } }, () =>
      reconcileAll(services, wanted),
    );
    if (done.length > 0) tellBriefly(doneText(done.length));
    return {
      actions: done.map(({ action }) => ({ action: action.action, identity: identityOf(action) })),
    };
  };
}

/** What ends something first. */
async function allDue({ lists, owners }: Services): Promise<readonly DueAction[]> {
  await lists.refresh();
  const due: DueAction[] = [];
  for (const place of lists.places) {
    const { worktree } = place;
    const owner = owners.current(worktree);
    if (owner === undefined) continue;
    const actions = await dueActions(owner, place);
    due.push(
      ...actions.map((action) => ({ worktree, action, isEnd: endsSomething(action, owner) })),
    );
  }
  return [...due.filter(({ isEnd }) => isEnd), ...due.filter(({ isEnd }) => !isEnd)];
}

function askReconcile(due: readonly DueAction[]): Promise<boolean> {
  const { t } = vscode.l10n;
  const lines = due.slice(0, maxNamed).map(({ action }) => `• ${reconcileSentence(action, t)}`);
  const more = due.length - lines.length;
  const isHarmless = due.every(({ isEnd }) => !isEnd);
  return confirm(t('Make the agents what their files say?'), {
    detail: [
      ...lines,
      ...(more > 0 ? [t('and {0} more', more)] : []),
      ...(isHarmless ? [t('Nothing that is at work ends.')] : []),
    ],
    button: t('Reconcile'),
  });
}

/** What cannot be done with one is said, and keeps none of the others from it. */
async function reconcileAll(
  { lists, owners }: Services,
  wanted: readonly DueAction[],
): Promise<readonly DueAction[]> {
  const done: DueAction[] = [];
  for (const each of wanted) {
    try {
      await owners.of(each.worktree).reconcile(each.action);
      done.push(each);
    } catch (error) {
      const { t } = vscode.l10n;
      const reason = identityFailureOf(error)?.message ?? errorText(error);
      notify('warning', t('{0}: {1}', identityOf(each.action), reason));
    }
  }
  await lists.refresh();
  return done;
}

function doneText(count: number): string {
  const { t } = vscode.l10n;
  return count === 1
    ? t('1 agent is what its file says.')
    : t('{0} agents are what their files say.', count);
}
