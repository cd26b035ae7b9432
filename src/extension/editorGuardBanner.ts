import * as vscode from 'vscode';
import { DisposableStore } from '../base/lifecycle.ts';
import { bannerText } from '../presentation/othersHoldText.ts';
import { toPickText } from '../presentation/plainText.ts';
import type { GuardPart } from './guardPart.ts';
import { nextLookMs } from './editorGuardStatus.ts';
import type { CommandId } from './ids.ts';
import type { OthersHold, OthersHolds } from './othersHolds.ts';
import { readSettings } from './settings.ts';

const top = new vscode.Range(0, 0, 0, 0);

/** A line above the first one of a held file: who, for how much longer, and what can be done. */
export class EditorGuardBanner implements vscode.CodeLensProvider, GuardPart {
  private readonly own = new DisposableStore();
  private readonly _onDidChangeCodeLenses = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this._onDidChangeCodeLenses.event;
  /** What the visible editors show now. */
  private shown = '';

  constructor(private readonly othersHolds: Pick<OthersHolds, 'of'>) {
    this.own.add(this._onDidChangeCodeLenses);
    this.own.add(vscode.languages.registerCodeLensProvider({ scheme: 'file' }, this));
  }

  provideCodeLenses({ uri }: vscode.TextDocument): vscode.CodeLens[] {
    if (!readSettings().locks.hasBanner) return [];
    const hold = this.othersHolds.of(uri);
    return hold === undefined ? [] : lensesOf(uri, hold);
  }

  update(nowMs: number): number {
    const { hasBanner } = readSettings().locks;
    const shown: string[] = [];
    let nextMs = Number.POSITIVE_INFINITY;
    for (const { document } of hasBanner ? vscode.window.visibleTextEditors : []) {
      const hold = this.othersHolds.of(document.uri);
      if (hold === undefined) continue;
      shown.push(`${document.uri.toString()} ${bannerText(hold, { nowMs })}`);
      nextMs = Math.min(nextMs, nextLookMs(hold, nowMs));
    }
    const next = shown.join('\n');
    if (next !== this.shown) {
      this.shown = next;
      this._onDidChangeCodeLenses.fire();
    }
    return nextMs;
  }

  dispose(): void {
    this.own.dispose();
  }
}

function lensesOf(uri: vscode.Uri, hold: OthersHold): vscode.CodeLens[] {
  const { t } = vscode.l10n;
  const text = toPickText(bannerText(hold, { nowMs: Date.now(), t }));
  const lens = (title: string, command: CommandId): vscode.CodeLens =>
    new vscode.CodeLens(top, { title, command, arguments: [uri] });
  return [
    // Nothing happens on a click: what can be done stands beside it.
    new vscode.CodeLens(top, { title: `$(lock)\u00a0${text}`, command: '' }),
    lens(t('Tell Me When Free'), 'heddle.file.tellWhenFree'),
    ...(vscode.workspace.isTrusted ? [lens(t('Break…'), 'heddle.file.breakLock')] : []),
    lens(t('Show Holder'), 'heddle.file.showHolder'),
    lens(t('Compare with Disk'), 'heddle.file.compareWithDisk'),
  ];
}
