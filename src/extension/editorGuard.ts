import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../base/lifecycle.ts';
import { EditorGuardBanner } from './editorGuardBanner.ts';
import { EditorGuardReadOnly } from './editorGuardReadOnly.ts';
import { EditorGuardStatus } from './editorGuardStatus.ts';
import { EditorGuardWarning } from './editorGuardWarning.ts';
import type { GuardPart } from './guardPart.ts';
import type { LockPictures } from './lockPictures.ts';
import type { OthersHolds } from './othersHolds.ts';
import type { Typing } from './typing.ts';

export interface EditorGuardOptions {
  readonly othersHolds: Pick<OthersHolds, 'of'>;
  readonly pictures: Pick<LockPictures, 'onDidChange'>;
  readonly typing: Pick<Typing, 'onDidType'>;
  readonly logger: vscode.LogOutputChannel;
}

const minTickMs = 1000;

/** Shows at the editor of a file that somebody else holds it, and warns whoever types in it. */
export class EditorGuard implements Disposable {
  private readonly own = new DisposableStore();
  private readonly parts: readonly GuardPart[];
  private timer: NodeJS.Timeout | undefined;

  constructor(options: EditorGuardOptions) {
    const { othersHolds, logger } = options;
    this.own.add(new EditorGuardWarning(options));
    this.parts = [
      this.own.add(new EditorGuardStatus(othersHolds)),
      this.own.add(new EditorGuardBanner(othersHolds)),
      this.own.add(new EditorGuardReadOnly(othersHolds, logger)),
    ];
    const update = (): void => this.update();
    this.own.add(options.pictures.onDidChange(update));
    this.own.add(vscode.window.onDidChangeActiveTextEditor(update));
    this.own.add(vscode.window.onDidChangeVisibleTextEditors(update));
    this.own.add(vscode.workspace.onDidSaveTextDocument(update));
    this.own.add(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('heddle.locks')) this.update();
      }),
    );
    this.update();
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.own.dispose();
  }

  private update(): void {
    clearTimeout(this.timer);
    const nowMs = Date.now();
    const nextMs = Math.min(...this.parts.map((part) => part.update(nowMs)));
    if (!Number.isFinite(nextMs) || this.own.isDisposed) return;
    this.timer = setTimeout(() => this.update(), Math.max(minTickMs, nextMs - nowMs));
  }
}
