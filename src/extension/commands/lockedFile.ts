import * as vscode from 'vscode';
import { RegistryError } from '../../core/agents/registryError.ts';
import { isGlob } from '../../core/locks/lockPath.ts';
import { pathText } from '../../presentation/lockedPathText.ts';
import type { LockTarget } from './lockTargets.ts';

/**
 * The file or folder of a path in the first checkout of this window that has it.
 * @throws RegistryError `not-found` for a pattern and for what is in none
 */
export async function fileOf({
  root,
  path,
  uri,
}: Omit<LockTarget, 'holderId'>): Promise<vscode.Uri> {
  const { t } = vscode.l10n;
  if (uri) return uri;
  const shown = pathText(path, t);
  if (isGlob(path)) {
    throw new RegistryError('not-found', t('{0} is a pattern and names no single file.', shown));
  }
  for (const folder of root.root.folders) {
    const file = root.paths.toAbsolute(path, folder.uri.fsPath);
    if (file === undefined) continue;
    const candidate = vscode.Uri.file(file);
    if (await exists(candidate)) return candidate;
  }
  throw new RegistryError('not-found', t('{0} does not exist in this window.', shown));
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}
