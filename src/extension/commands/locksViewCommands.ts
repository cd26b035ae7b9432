import * as vscode from 'vscode';
import { toPlainLine } from '../../presentation/plainText.ts';
import type { CommandHandler, CommandServices } from './commandServices.ts';
import { fileOf } from './lockedFile.ts';
import { givenOrActiveTargets, givenTargets } from './lockTargets.ts';
import { notify } from './notify.ts';
import { activeOrPickedHold } from './pickOthersHold.ts';

/** Opens a locked file, or shows a locked folder in the explorer. */
export function createOpenLockedFileCommand(
  services: Pick<CommandServices, 'locks' | 'othersHolds'>,
): CommandHandler {
  return async (clicked) => {
    const target =
      givenTargets([clicked], services.locks)[0] ??
      (await activeOrPickedHold(vscode.l10n.t('Open which file?'), services));
    if (target === undefined) return undefined;
    const uri = await fileOf(target);
    const { type } = await vscode.workspace.fs.stat(uri);
    const isFolder = (type & vscode.FileType.Directory) !== 0;
    if (isFolder) await vscode.commands.executeCommand('revealInExplorer', uri);
    else await vscode.commands.executeCommand('vscode.open', uri, { preview: true });
    return { file: uri.fsPath };
  };
}

/** Copies paths as they are locked, from the root of the repository, one a line. */
export function createCopyLockPathCommand({
  locks,
}: Pick<CommandServices, 'locks'>): CommandHandler {
  return async (...args) => {
    const { t } = vscode.l10n;
    const targets = givenOrActiveTargets(args, locks);
    if (targets.length === 0) {
      notify('information', t('Open a file of this workspace first.'));
      return undefined;
    }
    // What others wrote must not run when it is pasted into a terminal.
    const lines = targets.map(({ path }) => toPlainLine(path, Number.MAX_SAFE_INTEGER));
    const text = [...new Set(lines)].join('\n');
    await vscode.env.clipboard.writeText(text);
    vscode.window.setStatusBarMessage(t('Copied.'), 3000);
    return { text };
  };
}
