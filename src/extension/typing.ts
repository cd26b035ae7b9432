import * as vscode from 'vscode';
import { Emitter } from '../base/event.ts';
import { DisposableStore, type Disposable } from '../base/lifecycle.ts';
import { isCursorAtChange, isForwardDelete, type TextChange } from '../presentation/typedChange.ts';

/** The cursor moves within this time after the change that moved it. */
const cursorDelayMs = 1000;

/**
 * Tells of changes that the person typed, pasted or cut. The editor says of no change who made it, so
 * it is concluded: the document is that of the active editor, the change is no undo and no redo, and
 * just after it the cursor was moved to it by the keyboard. Changes by extensions, refactorings,
 * formatters and reloads from disk move the cursor without the keyboard. What remains hidden is a
 * change without a key, such as a drop by mouse or an accepted suggestion, until the next key is hit.
 */
export class Typing implements Disposable {
  private readonly own = new DisposableStore();
  private readonly _onDidType: Emitter<vscode.TextDocument>;
  private latest:
    | {
        readonly document: vscode.TextDocument;
        readonly changes: readonly TextChange[];
        readonly atMs: number;
      }
    | undefined;
  /** Typed in, but not yet known to be unsaved: the editor tells that a moment later. */
  private awaiting: { readonly document: vscode.TextDocument; readonly atMs: number } | undefined;

  constructor(logger: vscode.LogOutputChannel) {
    this._onDidType = this.own.add(
      new Emitter<vscode.TextDocument>((error) => logger.error('A listener failed.', error)),
    );
    this.own.add(vscode.workspace.onDidChangeTextDocument((event) => this.hearChange(event)));
    this.own.add(vscode.window.onDidChangeTextEditorSelection((event) => this.hearCursor(event)));
  }

  /** Tells of documents with unsaved changes, once for each keystroke. */
  get onDidType(): Emitter<vscode.TextDocument>['event'] {
    return this._onDidType.event;
  }

  dispose(): void {
    this.own.dispose();
  }

  private hearChange({ document, contentChanges, reason }: vscode.TextDocumentChangeEvent): void {
    if (document.uri.scheme !== 'file') return;
    if (contentChanges.length === 0) {
      const { awaiting } = this;
      const isAwaited = awaiting?.document === document && isRecent(awaiting.atMs);
      if (isAwaited && document.isDirty) this.tell(document);
      return;
    }
    // What is unsaved from here on may be this change, which may be a tool's.
    if (this.awaiting?.document === document) this.awaiting = undefined;
    this.latest = undefined;
    const editor = vscode.window.activeTextEditor;
    if (reason !== undefined || editor?.document !== document) return;
    const changes = contentChanges.map(({ range, text }): TextChange => {
      return { start: range.start, end: range.end, text };
    });
    this.latest = { document, changes, atMs: performance.now() };
    if (isForwardDelete(changes, editor.selection.active)) this.tell(document);
  }

  private hearCursor({
    kind,
    selections,
    textEditor,
  }: vscode.TextEditorSelectionChangeEvent): void {
    const { latest } = this;
    if (latest === undefined || kind !== vscode.TextEditorSelectionChangeKind.Keyboard) return;
    if (textEditor.document !== latest.document) return;
    // With several cursors each has typed, the first too.
    const cursor = selections[0]?.active;
    if (cursor && isRecent(latest.atMs) && isCursorAtChange(latest.changes, cursor)) {
      this.latest = undefined;
      this.tell(latest.document);
    }
  }

  private tell(document: vscode.TextDocument): void {
    this.awaiting = document.isDirty ? undefined : { document, atMs: performance.now() };
    if (document.isDirty) this._onDidType.fire(document);
  }
}

function isRecent(atMs: number): boolean {
  return performance.now() - atMs <= cursorDelayMs;
}
