import * as vscode from 'vscode';
import { toPickText } from '../../presentation/plainText.ts';
import { pickRoot } from './registryCommands.ts';

interface FolderItem extends vscode.QuickPickItem {
  readonly uri: vscode.Uri | undefined;
  /** Whether it is chosen, or only opened. */
  readonly isChoice: boolean;
}

const maxListed = 2000;
const stateFolders = new Set(['.git', '.heddle']);

/** Lets the person walk through the folders of this workspace, and nowhere else, to one of them. */
export async function pickFolder(title: string): Promise<vscode.Uri | undefined> {
  const folders = (vscode.workspace.workspaceFolders ?? []).filter(
    ({ uri }) => uri.scheme === 'file',
  );
  const [only] = folders;
  if (only === undefined) {
    // Says how to open one.
    await pickRoot([], title);
    return undefined;
  }
  let at = folders.length === 1 ? only.uri : undefined;
  for (;;) {
    const items =
      at === undefined
        ? folders.map(({ uri, name }) => openItem(uri, name))
        : await itemsIn(at, folders.length > 1);
    const picked = await vscode.window.showQuickPick(items, {
      title,
      placeHolder: at === undefined ? title : vscode.workspace.asRelativePath(at),
    });
    if (picked === undefined || picked.isChoice) return picked?.uri;
    at = picked.uri;
  }
}

async function itemsIn(folder: vscode.Uri, hasSeveral: boolean): Promise<readonly FolderItem[]> {
  const { t } = vscode.l10n;
  const isTop = vscode.workspace.getWorkspaceFolder(folder)?.uri.toString() === folder.toString();
  const up: FolderItem[] =
    isTop && !hasSeveral
      ? []
      : [{ label: '$(arrow-up) ..', uri: isTop ? undefined : parentOf(folder), isChoice: false }];
  const name = isTop ? t('the whole folder') : vscode.workspace.asRelativePath(folder, false);
  const entries = await vscode.workspace.fs.readDirectory(folder);
  const names = entries
    .filter(([name, type]) => (type & vscode.FileType.Directory) !== 0 && !stateFolders.has(name))
    .map(([name]) => name)
    .sort((a, b) => a.localeCompare(b))
    .slice(0, maxListed);
  return [
    { label: `$(lock) ${toPickText(t('Lock {0}', name))}`, uri: folder, isChoice: true },
    ...up,
    ...names.map((each) => openItem(vscode.Uri.joinPath(folder, each), each)),
  ];
}

function openItem(uri: vscode.Uri, name: string): FolderItem {
  return { label: `$(folder) ${toPickText(name)}`, uri, isChoice: false };
}

function parentOf(uri: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(uri, '..');
}
