import * as vscode from 'vscode';
import { RegistryError } from '../../core/agents/registryError.ts';
import { toPickText } from '../../presentation/plainText.ts';
import type { CommandHandler, CommandServices } from './commandServices.ts';

/**
 * Shows the terminal of this window in which an agent that is not connected was started: that of the
 * row, else of the one that the person picks.
 */
export function createShowTerminalCommand({
  discovered,
}: Pick<CommandServices, 'discovered'>): CommandHandler {
  return async (clicked) => {
    const found = clicked === undefined ? undefined : discovered.find(clicked);
    const terminal = clicked === undefined ? await pickTerminal(discovered) : found?.shownIn;
    if (terminal === 'none') return undefined;
    if (terminal === undefined) {
      const message = vscode.l10n.t('This agent was started in no terminal of this window.');
      throw new RegistryError('not-found', message);
    }
    terminal.show();
    return { terminal: terminal.name };
  };
}

/** Undefined when there is none to pick, `none` when the person changed their mind. */
async function pickTerminal(
  discovered: CommandServices['discovered'],
): Promise<vscode.Terminal | 'none' | undefined> {
  await discovered.look();
  const items = discovered.all.flatMap(({ found: { name, agent, shownIn } }) =>
    shownIn === undefined
      ? []
      : [{ label: toPickText(name), description: toPickText(shownIn.name), agent, shownIn }],
  );
  if (items.length === 0) return undefined;
  const title = vscode.l10n.t('Show the terminal of which agent?');
  const picked = await vscode.window.showQuickPick(items, { title, placeHolder: title });
  return picked?.shownIn ?? 'none';
}
