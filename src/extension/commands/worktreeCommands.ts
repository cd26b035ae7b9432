import { isAbsolute } from 'node:path';
import * as vscode from 'vscode';
import { RegistryError } from '../../core/agents/registryError.ts';
import type { RegistrySet } from '../registrySet.ts';
import type { CommandHandler, CommandServices } from './commandServices.ts';
import { notify } from './notify.ts';
import { selectAgents } from './selectAgents.ts';

/** Opens the folder in which an agent works. The editor asks for trust by itself; nothing is run. */
export function createOpenWorktreeCommand(
  where: 'this-window' | 'new-window',
  { registries }: Pick<CommandServices, 'registries'>,
): CommandHandler {
  return async (clicked) => {
    const worktree = await chooseWorktree(registries, clicked);
    if (worktree === undefined) return undefined;
    if (where === 'this-window' && isOpenHere(worktree)) {
      notify('information', vscode.l10n.t('This window already shows {0}.', worktree.fsPath));
      return { folder: worktree.fsPath };
    }
    const options = where === 'this-window' ? { forceReuseWindow: true } : { forceNewWindow: true };
    await vscode.commands.executeCommand('vscode.openFolder', worktree, options);
    return { folder: worktree.fsPath };
  };
}

/** Opens a terminal in the folder in which an agent works. */
export function createWorktreeTerminalCommand({
  registries,
}: Pick<CommandServices, 'registries'>): CommandHandler {
  return async (clicked) => {
    const worktree = await chooseWorktree(registries, clicked);
    if (worktree === undefined) return undefined;
    vscode.window.createTerminal({ cwd: worktree }).show();
    return { folder: worktree.fsPath };
  };
}

async function chooseWorktree(
  registries: RegistrySet,
  clicked: unknown,
): Promise<vscode.Uri | undefined> {
  const { t } = vscode.l10n;
  const [chosen] = await selectAgents(registries, [clicked], {
    title: t('Open the worktree of which agent?'),
    noneText: t('The entry names no folder.'),
    applies: ({ agent }) => agent.entry.path !== undefined,
    canPickMany: false,
  });
  return chosen && existingFolder(chosen.agent.entry.path ?? '');
}

/** @throws RegistryError `not-found` with the reason why a folder cannot be opened */
async function existingFolder(path: string): Promise<vscode.Uri> {
  const refuse = (message: string): RegistryError =>
    new RegistryError('not-found', message, { file: path });
  const { t } = vscode.l10n;
  if (!isAbsolute(path))
    throw refuse(t('The entry names {0}, which is not an absolute path.', path));
  // Looking at one would send this person's credentials to another machine.
  if (isNetworkPath(path)) throw refuse(t('{0} is on another machine, so it is not opened.', path));

  const uri = vscode.Uri.file(path);
  let type: vscode.FileType;
  try {
    type = (await vscode.workspace.fs.stat(uri)).type;
  } catch {
    throw refuse(t('{0} does not exist on this machine, or may not be read.', path));
  }
  if ((type & vscode.FileType.Directory) === 0) throw refuse(t('{0} is not a folder.', path));
  return uri;
}

function isNetworkPath(path: string): boolean {
  return /^[\\/]{2}/.test(path);
}

/** True when the folder is one of this window's, so that opening it would only reload the window. */
function isOpenHere(folder: vscode.Uri): boolean {
  const folders = vscode.workspace.workspaceFolders ?? [];
  return folders.some(({ uri }) => uri.fsPath === folder.fsPath);
}
