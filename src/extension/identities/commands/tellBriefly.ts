import * as vscode from 'vscode';
import { toPickText } from '../../../presentation/plainText.ts';

const shownMs = 6000;
const maxLength = 200;

/** Says in the status bar what was done. The text may contain text from outside; none of it becomes an icon. */
export function tellBriefly(text: string): void {
  vscode.window.setStatusBarMessage(toPickText(text, maxLength), shownMs);
}
