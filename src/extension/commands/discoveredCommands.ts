import * as vscode from 'vscode';
import { RegistryError } from '../../core/agents/registryError.ts';
import type { CommandHandler, CommandServices } from './commandServices.ts';

/** Shows the terminal of this window in which an agent was started. */
export function createShowTerminalCommand({
  discovered,
}: Pick<CommandServices, 'discovered'>): CommandHandler {
  return (clicked) => {
    const terminal = discovered.find(clicked)?.shownIn;
    if (terminal === undefined) {
      const message = vscode.l10n.t('This agent was started in no terminal of this window.');
      return Promise.reject(new RegistryError('not-found', message));
    }
    terminal.show();
    return Promise.resolve({ terminal: terminal.name });
  };
}
