import * as vscode from 'vscode';
import { commandAction, notify } from '../../commands/notify.ts';

/** Without a folder nobody can be described. */
export function tellNoFolder(): void {
  const { t } = vscode.l10n;
  notify('information', t('Open a folder on this machine first.'), [
    commandAction(t('Open Folder'), 'vscode.openFolder'),
  ]);
}
