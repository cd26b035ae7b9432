import { toDisposable } from '../base/lifecycle.ts';
import type { TreeRows } from '../presentation/treeRow.ts';
import { RowTree } from './rowTree.ts';

/** Changes in between are painted together. */
const minPaintIntervalMs = 250;
/** With very many rows, painting takes no more than this part of the time. */
const paintShare = 0.1;

/**
 * A view of rows that are built only while somebody sees it, and not for every change. While nobody sees
 * it only its badge and what depends on it is kept up to date.
 */
export abstract class PaintedRowTree<Model extends TreeRows> extends RowTree<Model> {
  private isStale = true;
  private paintedMs = 0;
  private paintIntervalMs = minPaintIntervalMs;
  private paintTimer: NodeJS.Timeout | undefined;

  protected constructor(viewId: string, empty: Model) {
    super(viewId, empty);
    this.own.add(this.view.onDidChangeVisibility(() => this.request()));
    this.own.add(toDisposable(() => clearTimeout(this.paintTimer)));
  }

  override getChildren(element?: string): string[] {
    if (element === undefined && this.isStale) this.model = this.rebuild();
    return super.getChildren(element);
  }

  override async reveal(element: string): Promise<void> {
    if (this.isStale) this.paint();
    await super.reveal(element);
  }

  /** The rows as they are to look now. */
  protected abstract build(): Model;

  /** Brings up to date what shows also while nobody sees the view. Called at every change. */
  protected abstract updateSigns(): void;

  /** The view has been hidden. */
  protected hide(): void {
    clearTimeout(this.paintTimer);
    this.paintTimer = undefined;
  }

  /** Something has changed. Paints soon, and at once when nothing was painted lately. */
  protected request(): void {
    this.updateSigns();
    this.isStale = true;
    if (!this.view.visible) {
      this.hide();
      return;
    }
    if (this.paintTimer !== undefined) return;
    const delayMs = Math.max(0, this.paintedMs + this.paintIntervalMs - Date.now());
    this.paintTimer = setTimeout(() => this.paint(), delayMs);
  }

  private paint(): void {
    clearTimeout(this.paintTimer);
    this.paintTimer = undefined;
    const start = performance.now();
    this.show(this.rebuild());
    const spentMs = performance.now() - start;
    this.paintedMs = Date.now();
    this.paintIntervalMs = Math.max(minPaintIntervalMs, spentMs / paintShare);
  }

  private rebuild(): Model {
    this.isStale = false;
    return this.build();
  }
}
