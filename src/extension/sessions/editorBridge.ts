import { realpathSync } from 'node:fs';
import * as vscode from 'vscode';
import { errorText } from '../../base/errorText.ts';
import type { EditorPort, EditorWrite } from '../../core/acp/editorPort.ts';
import { minimalEdit } from './minimalEdit.ts';

/**
 * The files that are open here with unsaved changes, as agents see and change them. A file without such
 * changes is the disk's matter: the editor follows what is written there. Files of this workspace only.
 */
export class EditorBridge implements EditorPort {
  private readonly writing = new Set<string>();

  constructor(private readonly logger: vscode.LogOutputChannel) {}

  read(path: string): Promise<string | undefined> {
    return Promise.resolve(dirtyDocument(path)?.getText());
  }

  async write(path: string, text: string): Promise<EditorWrite> {
    const { t } = vscode.l10n;
    const document = dirtyDocument(path);
    if (document === undefined) return { kind: 'not-open' };
    const key = document.uri.toString();
    this.writing.add(key);
    try {
      if (!(await replaceText(document, text))) {
        return { kind: 'refused', reason: t('the editor did not take the change') };
      }
      const isSaved = await document.save();
      return isSaved
        ? { kind: 'applied' }
        : { kind: 'refused', reason: t('it was changed in the editor but could not be saved') };
    } catch (error) {
      this.logger.warn(`An agent could not write ${document.uri.fsPath} in the editor.`, error);
      return { kind: 'refused', reason: errorText(error) };
    } finally {
      this.writing.delete(key);
    }
  }

  /** Whether it is an agent that saves this file just now, and not the person. */
  isWriting(uri: vscode.Uri): boolean {
    return this.writing.has(uri.toString());
  }
}

function dirtyDocument(path: string): vscode.TextDocument | undefined {
  if (!vscode.workspace.isTrusted) return undefined;
  return vscode.workspace.textDocuments.find(
    (document) =>
      document.isDirty &&
      !document.isClosed &&
      document.uri.scheme === 'file' &&
      vscode.workspace.getWorkspaceFolder(document.uri) !== undefined &&
      isSamePath(document.uri.fsPath, path),
  );
}

/** Hosts name real paths; editors name what was opened. */
function isSamePath(opened: string, asked: string): boolean {
  if (opened === asked || vscode.Uri.file(asked).fsPath === opened) return true;
  try {
    return realpathSync(opened) === asked;
  } catch {
    // It is not on disk any more.
    return false;
  }
}

async function replaceText(document: vscode.TextDocument, text: string): Promise<boolean> {
  const change = minimalEdit(document.getText(), text);
  if (change === undefined) return true;
  const edit = new vscode.WorkspaceEdit();
  const range = new vscode.Range(
    document.positionAt(change.start),
    document.positionAt(change.end),
  );
  edit.replace(document.uri, range, change.text);
  return vscode.workspace.applyEdit(edit);
}
