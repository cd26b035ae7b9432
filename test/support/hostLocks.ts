import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../src/base/lifecycle.ts';
import { LockPictures } from '../../src/extension/lockPictures.ts';
import { LockSet } from '../../src/extension/lockSet.ts';
import { RegistrySet } from '../../src/extension/registrySet.ts';
import { eventually } from './eventually.ts';

/** The name under which a test holds what counts as held at this window. */
export const ownName = 'me';

/** The locks of the workspace as a second window would see them. */
export class HostLocks implements Disposable {
  private readonly own = new DisposableStore();
  readonly logger = this.own.add(vscode.window.createOutputChannel('Locks', { log: true }));
  readonly registries = this.own.add(new RegistrySet(this.logger));
  readonly locks = this.own.add(new LockSet(this.registries, this.logger));
  readonly pictures = this.own.add(
    new LockPictures(this.locks, { isMine: ({ holder }) => holder.name === ownName }, this.logger),
  );

  constructor() {
    this.registries.open();
  }

  /** Waits until this many paths are held. */
  untilLocked(count: number): Promise<void> {
    return eventually(`${count} paths are held`, () => this.pictures.totals.locked === count);
  }

  dispose(): void {
    this.own.dispose();
  }
}

/** Runs `work` while views that are made are not those of the window. */
export function withFakeView<T>(work: () => T): { readonly result: T; readonly view: FakeView } {
  const real = vscode.window.createTreeView;
  const view = new FakeView();
  Object.assign(vscode.window, { createTreeView: () => view });
  try {
    return { result: work(), view };
  } finally {
    Object.assign(vscode.window, { createTreeView: real });
  }
}

/** What adapters use of a view. The real one of a name belongs to the extension. */
export class FakeView {
  private readonly emitter = new vscode.EventEmitter<vscode.TreeViewVisibilityChangeEvent>();
  readonly onDidChangeVisibility = this.emitter.event;
  visible = true;
  badge: vscode.ViewBadge | undefined;
  readonly revealed: unknown[] = [];

  reveal(element: unknown): Promise<void> {
    this.revealed.push(element);
    return Promise.resolve();
  }

  show(visible: boolean): void {
    this.visible = visible;
    this.emitter.fire({ visible });
  }

  dispose(): void {
    this.emitter.dispose();
  }
}
