import * as vscode from 'vscode';
import { CoalescedRun } from '../base/coalescedRun.ts';
import type { GuardPart } from './guardPart.ts';
import type { OthersHolds } from './othersHolds.ts';
import { readSettings } from './settings.ts';

/**
 * Makes the active editor read-only while somebody else holds its file, where the person wants that.
 * A read-only editor is not saved either, so that autosave is held off with it. The editor has these
 * commands for the active editor only: an editor in the background is made writable again when it is
 * brought to the front. One with unsaved changes is left alone, so that they can be saved. What the
 * person made read-only in the same way is not told apart from what was made so here.
 */
export class EditorGuardReadOnly implements GuardPart {
  /** Addresses of the files that were made read-only here and nowhere else. */
  private readonly set = new Set<string>();
  private readonly run: CoalescedRun;

  constructor(
    private readonly othersHolds: Pick<OthersHolds, 'of'>,
    logger: vscode.LogOutputChannel,
  ) {
    this.run = new CoalescedRun(
      () => this.settle(),
      (error) => logger.warn('The read-only mode could not be changed.', error),
    );
  }

  update(): number {
    if (this.set.size > 0 || readSettings().locks.isReadOnlyWhileHeld) void this.run.request();
    return Number.POSITIVE_INFINITY;
  }

  dispose(): void {
    this.run.dispose();
    const document = activeDocument();
    if (document && this.set.has(document.uri.toString())) void reset();
  }

  private async settle(): Promise<void> {
    const document = activeDocument();
    if (document === undefined) return;
    const key = document.uri.toString();
    const isHeld =
      readSettings().locks.isReadOnlyWhileHeld && this.othersHolds.of(document.uri) !== undefined;
    if (isHeld && !this.set.has(key) && !document.isDirty) {
      this.set.add(key);
      await vscode.commands.executeCommand(
        'workbench.action.files.setActiveEditorReadonlyInSession',
      );
    } else if (!isHeld && this.set.delete(key)) await reset();
  }
}

/** The file in the active editor, where that shows nothing else. */
function activeDocument(): vscode.TextDocument | undefined {
  const document = vscode.window.activeTextEditor?.document;
  const input: unknown = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  if (document?.uri.scheme !== 'file' || !(input instanceof vscode.TabInputText)) return undefined;
  return input.uri.toString() === document.uri.toString() ? document : undefined;
}

function reset(): Thenable<unknown> {
  return vscode.commands.executeCommand(
    'workbench.action.files.resetActiveEditorReadonlyInSession',
  );
}
