import * as vscode from 'vscode';
import { delimiter } from 'node:path';

/**
 * Puts the CLI on the PATH of integrated terminals. Its launcher runs on the node of the PATH, or on
 * the runtime of the editor where there is none.
 */
export function provideCliInTerminals(context: vscode.ExtensionContext): void {
  const variables = context.environmentVariableCollection;
  variables.persistent = false;
  variables.description = vscode.l10n.t('Makes `heddle-agents` available.');
  const folder = vscode.Uri.joinPath(context.extensionUri, 'media', 'bin').fsPath;
  variables.prepend('PATH', `${folder}${delimiter}`);
  variables.replace('HEDDLE_AGENTS_NODE', process.execPath);
}
