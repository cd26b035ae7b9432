import {
  constants,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { partyOfHolder } from '../../core/locks/lockEvents.ts';
import type { StandingLock } from '../../core/locks/fileLocks.ts';
import { sessionIdOf } from '../../core/locks/lockHolder.ts';
import { isGlob, type LockPath } from '../../core/locks/lockPath.ts';
import type { HookFiles, ShellWatch, WatchedFile } from '../../core/harness/hookPorts.ts';
import { textDigest } from './sessionRecordFile.ts';

/** More files of others than this are not compared: it would slow every command. */
const maxWatched = 2000;
const maxCopied = 100;
const maxCopyBytes = 1024 * 1024;
const keptMs = 24 * 60 * 60_000;

export interface ShellWatchFilesPorts {
  /** `.heddle/harness-sessions`, absolute. */
  readonly folder: string;
  /** The name of the record of the session. */
  readonly session: string;
  readonly files: HookFiles;
  readonly locks: () => Promise<readonly StandingLock[]>;
  readonly toAbsolute: (path: LockPath, cwd: string) => string | undefined;
  readonly clock: Pick<Clock, 'now'>;
}

/** The folder of the copies of held files from before commands. */
export function keptBeforeFolder(recordsFolder: string): string {
  return join(recordsFolder, 'before');
}

/** The copies of a path: their names begin so, and go on with the instant. */
export function keptBeforePrefix(path: LockPath): string {
  return `${textDigest(path)}-`;
}

/** What was remembered of files lies beside the record until the command has ended. */
export class ShellWatchFiles implements ShellWatch {
  constructor(private readonly ports: ShellWatchFilesPorts) {}

  async foreignFiles(entryIds: ReadonlySet<string>, cwd: string): Promise<readonly WatchedFile[]> {
    const watched: WatchedFile[] = [];
    for (const { holder, lock } of await this.ports.locks()) {
      const holderEntryId = sessionIdOf(holder);
      // Whoever has unsaved changes has not written what could be compared.
      const isOther = holderEntryId === undefined || !entryIds.has(holderEntryId);
      if (!isOther || lock.isSoft || isGlob(lock.path) || watched.length >= maxWatched) continue;
      const file = this.ports.files.lookAt(lock.path, cwd);
      if (file) watched.push({ ...file, holderEntryId, holder: partyOfHolder(holder) });
    }
    this.keep(watched.slice(0, maxCopied), cwd);
    return watched;
  }

  remember(key: string, files: readonly WatchedFile[]): void {
    writeFileSync(this.pathOf(key), JSON.stringify(files));
  }

  recall(key: string): readonly WatchedFile[] {
    const path = this.pathOf(key);
    try {
      const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
      unlinkSync(path);
      return Array.isArray(value) ? value.filter(isWatched) : [];
    } catch {
      // Nothing was remembered, or another hook of the same call was faster.
      return [];
    }
  }

  private pathOf(key: string): string {
    return join(this.ports.folder, `${this.ports.session}.${textDigest(key)}.shell.json`);
  }

  /** A version is copied once; without a copy there is no difference to be shown, but still the fact. */
  private keep(files: readonly WatchedFile[], cwd: string): void {
    const folder = keptBeforeFolder(this.ports.folder);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.prune(folder);
    for (const { path, signature } of files) {
      const name = `${keptBeforePrefix(path)}${signature.replaceAll(/[^\w.-]/g, '_')}`;
      const absolute = this.ports.toAbsolute(path, cwd);
      if (absolute === undefined || signature === 'none') continue;
      try {
        const stats = statSync(absolute);
        if (!stats.isFile() || stats.size > maxCopyBytes) continue;
        const flags = constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE;
        copyFileSync(absolute, join(folder, name), flags);
      } catch {
        // It is kept already, or went away.
      }
    }
  }

  private prune(folder: string): void {
    const oldestMs = this.ports.clock.now() - keptMs;
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      try {
        // The copy has a time of its own: when it was made.
        if (statSync(path).mtimeMs < oldestMs) unlinkSync(path);
      } catch {
        // Another process removed it.
      }
    }
  }
}

function isWatched(value: unknown): value is WatchedFile {
  if (typeof value !== 'object' || value === null) return false;
  const { path, signature, holder, holderEntryId } = value as Readonly<Record<string, unknown>>;
  return (
    typeof path === 'string' &&
    typeof signature === 'string' &&
    typeof holder === 'object' &&
    holder !== null &&
    typeof (holder as { readonly name?: unknown }).name === 'string' &&
    (holderEntryId === undefined || typeof holderEntryId === 'string')
  );
}
