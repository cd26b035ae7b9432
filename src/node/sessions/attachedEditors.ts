import type { Clock } from '../../base/clock.ts';
import { toDisposable, type Disposable } from '../../base/lifecycle.ts';
import type { EditorPort, EditorWrite } from '../../core/acp/editorPort.ts';

/** An editor at the other end of a connection. */
export interface RemoteEditor {
  read(path: string, signal: AbortSignal): Promise<string | undefined>;
  write(
    file: { readonly path: string; readonly text: string },
    signal: AbortSignal,
  ): Promise<EditorWrite>;
}

/** An editor that takes longer has no file open. */
export const editorPatienceMs = 2000;

/** How long files are left alone for an editor that is about to attach. */
export const expectedEditorPatienceMs = 5000;

/** The editors of all windows that are attached to a host. None of them can hold it up or break it. */
export class AttachedEditors implements EditorPort {
  private readonly editors = new Set<RemoteEditor>();
  private expected: Promise<void> | undefined;
  private endExpectation: () => void = () => undefined;

  constructor(private readonly clock: Pick<Clock, 'after'>) {}

  /**
   * `ready` waits for the first editor from now on, at most `expectedEditorPatienceMs`: an agent that is
   * quicker than its window would miss what is not saved there.
   */
  expectOne(): void {
    this.expected = new Promise((resolve) => {
      const timer = this.clock.after(expectedEditorPatienceMs, resolve);
      this.endExpectation = () => {
        timer.dispose();
        resolve();
      };
    });
  }

  attach(editor: RemoteEditor): Disposable {
    this.editors.add(editor);
    this.endExpectation();
    return toDisposable(() => void this.editors.delete(editor));
  }

  async ready(): Promise<void> {
    await this.expected;
  }

  /** The first answer of an editor that has the file open. */
  read(path: string): Promise<string | undefined> {
    return new Promise((resolve) => {
      const asked = [...this.editors].map(async (editor) => {
        const answer = await this.ask((signal) => editor.read(path, signal));
        if (answer !== undefined) resolve(answer);
      });
      void Promise.all(asked).then(() => resolve(undefined));
    });
  }

  /** The first editor that has the file open writes it. */
  async write(path: string, text: string): Promise<EditorWrite> {
    for (const editor of [...this.editors]) {
      const written = await this.ask((signal) => editor.write({ path, text }, signal));
      if (written !== undefined && written.kind !== 'not-open') return written;
    }
    return { kind: 'not-open' };
  }

  private async ask<T>(question: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
    const abort = new AbortController();
    let timer: Disposable | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = this.clock.after(editorPatienceMs, () => {
        abort.abort();
        resolve(undefined);
      });
    });
    try {
      return await Promise.race([question(abort.signal), late]);
    } catch {
      // The window has gone; it has nothing open any more.
      return undefined;
    } finally {
      timer?.dispose();
    }
  }
}
