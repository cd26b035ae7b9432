import * as vscode from 'vscode';
import { systemClock, type Clock } from '../base/clock.ts';
import { DisposableStore, type Disposable } from '../base/lifecycle.ts';
import { SerialQueue } from '../base/serialQueue.ts';
import { maxSoftLocks, softTtlMs, softWriteDelayMs } from '../core/locks/softLockPace.ts';
import { notify } from './commands/notify.ts';
import type { LocatedPath, LockSet } from './lockSet.ts';
import type { OthersHolds } from './othersHolds.ts';
import { isBroken, OwnSoftLocks } from './ownSoftLocks.ts';
import { readSettings } from './settings.ts';
import { SoftLockLimit } from './softLockLimit.ts';
import { SoftLockSweep } from './softLockSweep.ts';
import type { Typing } from './typing.ts';
import type { WindowHolder } from './windowHolder.ts';

export interface SoftLocksOptions {
  readonly typing: Pick<Typing, 'onDidType'>;
  readonly locks: Pick<LockSet, 'locate' | 'onDidChange' | 'roots'>;
  readonly windowHolder: WindowHolder;
  readonly othersHolds: Pick<OthersHolds, 'of'>;
  readonly logger: vscode.LogOutputChannel;
  readonly clock?: Clock | undefined;
}

/** A file with unsaved changes. */
interface UnsavedFile extends LocatedPath {
  readonly uri: vscode.Uri;
  lastKeystrokeMs: number;
  token: number | undefined;
  /** Somebody broke the lock: it is not taken again for the same changes. */
  isGivenUp: boolean;
  writeTimer: Disposable | undefined;
  endTimer: Disposable | undefined;
}

/** Saving, formatting and saving again are one. */
const endDelayMs = 1500;
const reason = 'Unsaved changes.';

/**
 * Keeps others from files with unsaved changes that the person typed here, with a soft lock each. It
 * ends a moment after the changes are saved or gone, and 10 minutes after the last keystroke.
 */
export class SoftLocks implements Disposable {
  private readonly own = new DisposableStore();
  private readonly files = new Map<string, UnsavedFile>();
  /** When a file was last written of, also when its lock has ended since. */
  private readonly writtenMs = new Map<string, number>();
  private readonly ownLocks: OwnSoftLocks;
  private readonly limit = new SoftLockLimit(tellSummary);
  /** Writes and releases never overtake each other, also not those of a file that is forgotten. */
  private readonly queue = new SerialQueue();

  constructor(private readonly options: SoftLocksOptions) {
    const { locks, windowHolder, logger } = options;
    this.ownLocks = new OwnSoftLocks(windowHolder, logger);
    this.own.add(new SoftLockSweep(locks, this.ownLocks, this.clock));
    this.own.add(options.typing.onDidType((document) => this.touch(document)));
    this.own.add(
      locks.onDidChange(({ root }) => {
        this.hearLocks();
        if (root === undefined) this.leaveClosedRoots();
      }),
    );
    this.own.add(
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (!document.isDirty) this.endSoon(document.uri);
      }),
    );
    this.own.add(vscode.workspace.onDidSaveTextDocument(({ uri }) => this.endSoon(uri)));
    this.own.add(vscode.workspace.onDidCloseTextDocument(({ uri }) => this.endSoon(uri)));
    this.own.add(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (!event.affectsConfiguration('heddle.locks.softLocks') || isWanted()) return;
        for (const file of [...this.files.values()]) this.end(file, 'at-once');
      }),
    );
  }

  /** Timers end; what is held stays, so that it survives a reload. */
  dispose(): void {
    this.own.dispose();
    for (const { writeTimer, endTimer } of this.files.values()) {
      writeTimer?.dispose();
      endTimer?.dispose();
    }
    this.files.clear();
  }

  private get clock(): Clock {
    return this.options.clock ?? systemClock;
  }

  private touch(document: vscode.TextDocument): void {
    if (!isWanted()) return;
    const key = document.uri.toString();
    const file = this.files.get(key) ?? this.open(document.uri);
    if (file === undefined) return;
    file.lastKeystrokeMs = this.clock.now();
    file.endTimer?.dispose();
    file.endTimer = undefined;
    if (file.writeTimer !== undefined || file.isGivenUp) return;
    const delayMs = softWriteDelayMs(this.writtenMs.get(key), this.clock.now());
    if (delayMs === 0) this.write(file);
    else {
      file.writeTimer = this.clock.after(delayMs, () => {
        file.writeTimer = undefined;
        this.write(file);
      });
    }
  }

  private open(uri: vscode.Uri): UnsavedFile | undefined {
    const located = this.options.locks.locate(uri);
    if (located === undefined || located.root.root.store.isReadOnly) return undefined;
    return this.limit.admits(this.files.size) ? this.add(uri, located) : undefined;
  }

  private add(uri: vscode.Uri, located: LocatedPath): UnsavedFile {
    const file: UnsavedFile = {
      ...located,
      uri,
      lastKeystrokeMs: this.clock.now(),
      token: undefined,
      isGivenUp: false,
      writeTimer: undefined,
      endTimer: undefined,
    };
    this.files.set(uri.toString(), file);
    return file;
  }

  private write(file: UnsavedFile): void {
    if (file.isGivenUp) return;
    // Whoever holds it is told of by the first keystroke; asking again and again changes nothing.
    if (!isUnsaved(file.uri) || this.options.othersHolds.of(file.uri)) return;
    if (this.ownLocks.isHeldByHand(file)) return;
    this.rememberWrite(file.uri);
    void this.queue.run(() => this.take(file));
  }

  private rememberWrite(uri: vscode.Uri): void {
    const key = uri.toString();
    this.writtenMs.delete(key);
    this.writtenMs.set(key, this.clock.now());
    const [oldest] = this.writtenMs.keys();
    if (this.writtenMs.size > 4 * maxSoftLocks && oldest !== undefined) {
      this.writtenMs.delete(oldest);
    }
  }

  /** Never rejects: without the lock the person works on as before. */
  private async take(file: UnsavedFile): Promise<void> {
    const { windowHolder, logger } = this.options;
    if (this.own.isDisposed || file.isGivenUp || !isUnsaved(file.uri)) return;
    try {
      const outcome = await file.root.locks.lock(await windowHolder.ref(file.root), {
        paths: [file.path],
        isSoft: true,
        ttlMs: softTtlMs(file.lastKeystrokeMs, this.clock.now()),
        reason,
      });
      const granted = outcome.kind === 'granted' ? outcome : undefined;
      if (file.token !== undefined && granted && isBroken(granted.holder.ended, file.token)) {
        // Somebody broke it a moment ago, which this window had not heard of yet.
        giveUp(file);
        await this.ownLocks.release(file);
      } else file.token = granted?.grants[0]?.lock.token;
    } catch (error) {
      logger.warn('The lock for unsaved changes could not be taken.', error);
    }
  }

  private endSoon(uri: vscode.Uri): void {
    if (uri.scheme !== 'file') return;
    const known = this.files.get(uri.toString());
    const file = known ?? this.heldSince(uri);
    if (file === undefined) return;
    file.writeTimer?.dispose();
    file.writeTimer = undefined;
    // What is typed from now on are other changes.
    file.isGivenUp = false;
    file.endTimer ??= this.clock.after(endDelayMs, () => this.end(file, 'when-clean'));
  }

  /** A file whose lock was taken before this window was loaded. */
  private heldSince(uri: vscode.Uri): UnsavedFile | undefined {
    const { locks } = this.options;
    if (locks.roots.every((root) => this.ownLocks.in(root).length === 0)) return undefined;
    const located = locks.locate(uri);
    if (located === undefined || located.root.root.store.isReadOnly) return undefined;
    return this.ownLocks.has(located) ? this.add(uri, located) : undefined;
  }

  private end(file: UnsavedFile, when: 'when-clean' | 'at-once'): void {
    file.endTimer?.dispose();
    file.endTimer = undefined;
    file.writeTimer?.dispose();
    file.writeTimer = undefined;
    if (this.own.isDisposed || (when === 'when-clean' && isUnsaved(file.uri))) return;
    this.files.delete(file.uri.toString());
    this.limit.noteLeft(this.files.size);
    void this.queue.run(() => this.ownLocks.release(file));
  }

  private hearLocks(): void {
    for (const file of this.files.values()) {
      if (file.token !== undefined && this.ownLocks.wasBroken(file.root, file.token)) {
        giveUp(file);
      }
    }
  }

  /** What is typed from now on is no longer locked there. */
  private leaveClosedRoots(): void {
    const { roots } = this.options.locks;
    for (const file of [...this.files.values()]) {
      if (!roots.includes(file.root)) this.end(file, 'at-once');
    }
  }
}

function tellSummary(max: number): void {
  const text = vscode.l10n.t(
    'More than {0} files have unsaved changes. Agents are kept from the first {0} only.',
    max,
  );
  notify('information', text);
}

/** For these changes; a break is heard of once. */
function giveUp(file: UnsavedFile): void {
  file.isGivenUp = true;
  file.token = undefined;
}

function isUnsaved(uri: vscode.Uri): boolean {
  const key = uri.toString();
  return vscode.workspace.textDocuments.some(
    (document) => document.isDirty && document.uri.toString() === key,
  );
}

function isWanted(): boolean {
  return vscode.workspace.isTrusted && readSettings().locks.hasSoftLocks;
}
