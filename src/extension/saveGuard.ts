import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../base/lifecycle.ts';
import { SerialQueue } from '../base/serialQueue.ts';
import type { KeptVersion, KeptVersions } from '../node/keptVersions.ts';
import type { DiskChanges } from './diskChanges.ts';
import type { KeptVersionOffer } from './keptVersionOffer.ts';
import type { OthersHold, OthersHolds } from './othersHolds.ts';
import type { WindowHolder } from './windowHolder.ts';

export interface SaveGuardOptions {
  readonly othersHolds: Pick<OthersHolds, 'of'>;
  readonly diskChanges: Pick<DiskChanges, 'hasChanged'>;
  readonly kept: KeptVersions;
  readonly offer: Pick<KeptVersionOffer, 'show'>;
  readonly windowHolder: WindowHolder;
  /** Whether it is an agent that saves through the editor, which holds the file itself. */
  readonly isAgentSaving?: ((uri: vscode.Uri) => boolean) | undefined;
  readonly logger: vscode.LogOutputChannel;
}

/** A save that has begun. */
interface RunningSave {
  readonly hold: OthersHold | undefined;
  readonly version: Promise<KeptVersion | undefined>;
  /** What was about to be saved, before formatters and the like. */
  readonly text: string;
}

/** Less than the host waits: a listener that it gave up on a few times is not called any more. */
const maxWaitMs = 1200;

/** Files whose last save is remembered. */
const maxRemembered = 500;

/**
 * Keeps the version on disk before a person's save lands on it, when somebody else holds the file or it
 * has changed on disk since the changes began, and offers it afterwards. A save cannot be refused by an
 * extension, and autosave cannot be held off for one file but by a read-only editor, so autosaves pass
 * as well; what this window itself saved last is not kept again. A save
 * waits at most 1.2 seconds for the copy.
 */
export class SaveGuard implements Disposable {
  private readonly own = new DisposableStore();
  private readonly running = new Map<string, RunningSave>();
  /** Digests of what this window saved last over a held file; undefined where that is not known. */
  private readonly saved = new Map<string, Promise<string | undefined>>();
  private readonly queue = new SerialQueue();

  constructor(private readonly options: SaveGuardOptions) {
    this.own.add(vscode.workspace.onWillSaveTextDocument((event) => this.willSave(event)));
    this.own.add(vscode.workspace.onDidSaveTextDocument((document) => this.didSave(document)));
  }

  dispose(): void {
    this.own.dispose();
  }

  private willSave(event: vscode.TextDocumentWillSaveEvent): void {
    const { uri } = event.document;
    // Of a save that failed.
    this.running.delete(uri.toString());
    if (uri.scheme !== 'file' || !vscode.workspace.isTrusted) return;
    if (this.options.isAgentSaving?.(uri) === true) return;
    const hold = this.options.othersHolds.of(uri);
    if (hold === undefined && !this.options.diskChanges.hasChanged(uri)) return;
    const version = this.keep(uri);
    this.running.set(uri.toString(), { hold, version, text: event.document.getText() });
    event.waitUntil(settledOrLate(version));
  }

  /** Never rejects: the save comes whether or not the copy could be made. */
  private async keep(uri: vscode.Uri): Promise<KeptVersion | undefined> {
    try {
      const known = await this.saved.get(uri.toString());
      return await this.options.kept.keep(uri.fsPath, known);
    } catch (error) {
      this.options.logger.warn(`The version of ${uri.fsPath} on disk could not be kept.`, error);
      return undefined;
    }
  }

  private didSave(document: vscode.TextDocument): void {
    const { uri } = document;
    const save = this.running.get(uri.toString());
    if (save === undefined) return;
    this.running.delete(uri.toString());
    const digest = this.digestOfSaved(document, save);
    this.remember(uri, digest);
    void this.queue.run(() => this.settle(uri, save, digest));
  }

  /**
   * The digest of what was saved; undefined when something else is on disk already, which somebody else
   * wrote and which must not be taken for what this window saved. Never rejects.
   */
  private async digestOfSaved(
    document: vscode.TextDocument,
    { text }: RunningSave,
  ): Promise<string | undefined> {
    const { uri, encoding } = document;
    // Formatters change it before it is saved, the person may have gone on typing since.
    const own = new Set([text, document.getText()]);
    try {
      return await this.options.kept.digestIf(uri.fsPath, async (content) =>
        own.has(await vscode.workspace.decode(content, { encoding })),
      );
    } catch (error) {
      this.options.logger.debug(`What was saved to ${uri.fsPath} could not be read.`, error);
      return undefined;
    }
  }

  /** Never rejects. */
  private async settle(
    uri: vscode.Uri,
    { hold, version }: RunningSave,
    saved: Promise<string | undefined>,
  ): Promise<void> {
    const { kept, offer, logger } = this.options;
    try {
      const before = await version;
      const digest = await saved;
      if (hold) await this.noteSavedOver(hold);
      if (before === undefined) return;
      if (before.digest === digest) await kept.discard(before.id);
      else offer.show({ uri, version: before, hold });
      await kept.prune();
    } catch (error) {
      logger.warn(`Looking after the save of ${uri.fsPath} failed.`, error);
    }
  }

  private remember(uri: vscode.Uri, digest: Promise<string | undefined>): void {
    const key = uri.toString();
    this.saved.delete(key);
    this.saved.set(key, digest);
    const [oldest] = this.saved.keys();
    if (this.saved.size > maxRemembered && oldest !== undefined) this.saved.delete(oldest);
  }

  /** The holder learns with its next lock of the file that it has to read it anew. */
  private async noteSavedOver({ root, path }: OthersHold): Promise<void> {
    if (root.root.store.isReadOnly) return;
    await root.locks.noteSavedOver(await this.options.windowHolder.ref(root), path);
  }
}

/** Resolves when the copy is made, and before the host takes the listener for a broken one. */
async function settledOrLate(version: Promise<unknown>): Promise<undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, maxWaitMs);
  });
  await Promise.race([version, late]);
  clearTimeout(timer);
  return undefined;
}
