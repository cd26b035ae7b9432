import * as vscode from 'vscode';
import type { CommandHandler } from '../../commands/commandServices.ts';
import { parseEndedGroup } from '../sessionsView.ts';
import type { SessionServices } from '../sessionServices.ts';

/** Shows more of the sessions that have ended. */
export function createShowMoreCommand({ view }: Pick<SessionServices, 'view'>): CommandHandler {
  return (given) => {
    const group = parseEndedGroup(given);
    if (group) view.showMore(group);
    return Promise.resolve(undefined);
  };
}

/** Shows the settings of sessions. */
export function createOpenSettingsCommand(): CommandHandler {
  return async () => {
    await vscode.commands.executeCommand('workbench.action.openSettings', 'heddle.sessions');
    return undefined;
  };
}
