import * as vscode from 'vscode';
import { nextCountdownMs } from '../presentation/lockTimes.ts';
import { holdLines, shortHoldText } from '../presentation/othersHoldText.ts';
import { toPickText } from '../presentation/plainText.ts';
import type { GuardPart } from './guardPart.ts';
import type { CommandId } from './ids.ts';
import type { OthersHold, OthersHolds } from './othersHolds.ts';

/** The entry in the status bar that says who holds the file in the active editor. */
export class EditorGuardStatus implements GuardPart {
  private item: vscode.StatusBarItem | undefined;
  private shown: string | undefined;

  constructor(private readonly othersHolds: Pick<OthersHolds, 'of'>) {}

  update(nowMs: number): number {
    const uri = vscode.window.activeTextEditor?.document.uri;
    const hold = uri && this.othersHolds.of(uri);
    if (uri === undefined || hold === undefined) {
      this.item?.hide();
      this.shown = undefined;
      return Number.POSITIVE_INFINITY;
    }
    this.show(uri, hold, nowMs);
    return nextLookMs(hold, nowMs);
  }

  dispose(): void {
    this.item?.dispose();
  }

  private show(uri: vscode.Uri, hold: OthersHold, nowMs: number): void {
    const { t } = vscode.l10n;
    const words = { nowMs, t };
    const text = shortHoldText(hold, words);
    const tooltip = holdLines(hold, words).join('\n');
    const look = [uri.toString(), text, tooltip].join('\n');
    if (look === this.shown) return;
    this.shown = look;
    const item = (this.item ??= createItem());
    item.text = `$(lock) ${toPickText(text)}`;
    item.tooltip = tooltip;
    item.accessibilityInformation = { label: t('This file is held: {0}', text) };
    const command: CommandId = 'heddle.file.showHolder';
    item.command = { command, title: t('Show Holder'), arguments: [uri] };
    item.show();
  }
}

/** When the time left of a lock reads differently. */
export function nextLookMs({ held }: OthersHold, nowMs: number): number {
  const { end, lock } = held;
  if (lock.isSoft || end.atMs === undefined) return Number.POSITIVE_INFINITY;
  return nextCountdownMs(end.atMs, nowMs);
}

function createItem(): vscode.StatusBarItem {
  const { Right } = vscode.StatusBarAlignment;
  const item = vscode.window.createStatusBarItem('heddle.editorGuard', Right, 90);
  item.name = vscode.l10n.t('Heddle Agents: Who Holds This File');
  return item;
}
