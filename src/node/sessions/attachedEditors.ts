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

/** The editors of all windows that are attached to a host. None of them can hold it up or break it. */
export class AttachedEditors implements EditorPort {
  private readonly editors = new Set<RemoteEditor>();

  constructor(private readonly clock: Pick<Clock, 'after'>) {}

  attach(editor: RemoteEditor): Disposable {
    this.editors.add(editor);
    return toDisposable(() => void this.editors.delete(editor));
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
