import { basename } from 'node:path';
import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../base/lifecycle.ts';
import { errorText } from '../base/errorText.ts';
import type { KeptVersion, KeptVersions } from '../node/keptVersions.ts';
import { holderName } from '../presentation/holderWording.ts';
import { toPlainLine } from '../presentation/plainText.ts';
import { notify, type NotificationAction } from './commands/notify.ts';
import type { OthersHold } from './othersHolds.ts';

/** The scheme under which kept versions are shown. */
const keptScheme = 'heddle-kept';
/** Saves over one lock that follow each other within this time are one. */
const burstMs = 5000;
const maxRemembered = 500;

/** A version that a save went over. */
export interface OfferedVersion {
  readonly uri: vscode.Uri;
  readonly version: KeptVersion;
  /** Who held the file; undefined when it was free and had changed on disk. */
  readonly hold: OthersHold | undefined;
}

/** Offers what a save went over: a comparison, and the way back. Once for each burst of saves. */
export class KeptVersionOffer implements vscode.TextDocumentContentProvider, Disposable {
  private readonly own = new DisposableStore();
  private readonly offered = new Map<string, number>();

  constructor(
    private readonly kept: KeptVersions,
    private readonly logger: vscode.LogOutputChannel,
  ) {
    this.own.add(vscode.workspace.registerTextDocumentContentProvider(keptScheme, this));
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const content = await this.kept.content(uri.query);
    if (content === undefined) return vscode.l10n.t('This version is not kept any more.');
    return vscode.workspace.decode(content, { uri: vscode.Uri.file(uri.path) });
  }

  show(offered: OfferedVersion): void {
    const key = `${offered.uri.toString()} ${offered.hold?.held.lock.token ?? ''}`;
    const nowMs = performance.now();
    const lastMs = this.offered.get(key);
    this.offered.delete(key);
    this.offered.set(key, nowMs);
    const [oldest] = this.offered.keys();
    if (this.offered.size > maxRemembered && oldest !== undefined) this.offered.delete(oldest);
    if (lastMs !== undefined && nowMs - lastMs < burstMs) return;
    const { t } = vscode.l10n;
    notify('warning', offerText(offered), [
      { title: t('Compare'), run: () => this.guarded(() => this.compare(offered)) },
      this.restoreAction(offered),
    ]);
  }

  dispose(): void {
    this.own.dispose();
  }

  private async compare(offered: OfferedVersion): Promise<void> {
    const { t } = vscode.l10n;
    const { uri, version } = offered;
    const before = vscode.Uri.from({ scheme: keptScheme, path: uri.path, query: version.id });
    const name = toPlainLine(basename(uri.fsPath), 80);
    await vscode.commands.executeCommand(
      'vscode.diff',
      before,
      uri,
      t('{0}: kept version ↔ saved', name),
    );
    const text = t('On the left is {0} as it was before you saved.', name);
    notify('information', text, [this.restoreAction(offered)]);
  }

  private restoreAction(offered: OfferedVersion): NotificationAction {
    return {
      title: vscode.l10n.t('Restore'),
      run: () => this.guarded(() => this.restore(offered)),
    };
  }

  /** Through the editor, so that it can be undone there. */
  private async restore({ uri, version }: OfferedVersion): Promise<void> {
    const { t } = vscode.l10n;
    const content = await this.kept.content(version.id);
    const name = toPlainLine(basename(uri.fsPath), 80);
    if (content === undefined) {
      notify('warning', t('The version of {0} is not kept any more.', name));
      return;
    }
    const document = await vscode.workspace.openTextDocument(uri);
    // As it is written again: the person may have chosen another encoding than the usual one.
    const { encoding } = document;
    const text = await vscode.workspace.decode(content, { encoding });
    const edit = new vscode.WorkspaceEdit();
    const end = document.lineAt(document.lineCount - 1).range.end;
    edit.replace(uri, new vscode.Range(new vscode.Position(0, 0), end), text);
    if (!(await vscode.workspace.applyEdit(edit)) || !(await document.save())) {
      notify('warning', t('{0} could not be restored. Open it and try again.', name));
      return;
    }
    vscode.window.setStatusBarMessage(t('Restored. Undo brings your version back.'), 5000);
  }

  /** A button has no command's boundary around it. */
  private async guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.logger.error('A kept version could not be used.', error);
      notify('error', vscode.l10n.t('Something went wrong: {0}', errorText(error)));
    }
  }
}

function offerText({ uri, hold }: OfferedVersion): string {
  const { t } = vscode.l10n;
  const name = toPlainLine(vscode.workspace.asRelativePath(uri), 120);
  return hold === undefined
    ? t('You saved over a newer version of {0}, which was kept.', name)
    : t(
        'You saved {0} while {1} holds it. The version before was kept.',
        name,
        holderName(hold.holder, t),
      );
}
