import { constants, copyFileSync, lstatSync, mkdirSync, readdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { errorCode } from '../../base/errorText.ts';
import { partyOfHolder } from '../../core/locks/lockEvents.ts';
import { sessionIdOf } from '../../core/locks/lockHolder.ts';
import { isGlob, type LockPath, type PathRules } from '../../core/locks/lockPath.ts';
import type {
  HookFiles,
  ShellWatch,
  WatchedFile,
  WatchedFiles,
} from '../../core/harness/hookPorts.ts';
import { isHolderFileName } from '../holderFile.ts';
import { isPlainFolder, readPlainFile, writePlainFile } from './plainFile.ts';
import { readHolderFile } from './readHolderFile.ts';
import { textDigest } from './sessionRecordFile.ts';

/** More files of others than this are not compared: it would slow every command. */
const maxWatched = 2000;
const maxCopied = 100;
const maxCopyBytes = 1024 * 1024;
const maxKept = 500;
const maxWatchBytes = 16 * 1024 * 1024;
const keptMs = 24 * 60 * 60_000;

export const shellWatchSuffix = '.shell.json';

export interface ShellWatchFilesPorts {
  /** `.heddle/harness-sessions`, absolute. */
  readonly folder: string;
  /** `.heddle/file-locks`, absolute. */
  readonly locksFolder: string;
  /** The name of the record of the session. */
  readonly session: string;
  readonly files: HookFiles;
  readonly rules: () => PathRules;
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

/** Names of copies, and of nothing that anybody else would put there. */
const copyName = /^[\da-f]{16}-[\w.-]+$/;

/** What was remembered of files lies beside the record until the command has ended. */
export class ShellWatchFiles implements ShellWatch {
  constructor(private readonly ports: ShellWatchFilesPorts) {}

  /** Reads the files of the holders as they are. Whether their locks still stand is asked afterwards. */
  foreignFiles(entryIds: ReadonlySet<string>, cwd: string): readonly WatchedFile[] {
    const watched: WatchedFile[] = [];
    for (const { path, ...holder } of this.foreignLocks(entryIds)) {
      if (watched.length >= maxWatched) break;
      const file = this.ports.files.lookAt(path, cwd);
      if (file) watched.push({ path, signature: file.signature, ...holder });
    }
    if (watched.length > 0) this.keep(watched.slice(0, maxCopied), cwd);
    return watched;
  }

  remember(key: string, watch: WatchedFiles): void {
    writePlainFile(this.pathOf(key), JSON.stringify(watch));
  }

  recall(key: string): WatchedFiles | undefined {
    const path = this.pathOf(key);
    try {
      const text = readPlainFile(path, maxWatchBytes);
      if (text === undefined) return undefined;
      unlinkSync(path);
      return toWatch(JSON.parse(text));
    } catch {
      // Another hook of the same call was faster, or it is no text of ours.
      return undefined;
    }
  }

  private *foreignLocks(entryIds: ReadonlySet<string>): Generator<Omit<WatchedFile, 'signature'>> {
    const { locksFolder, rules } = this.ports;
    for (const name of namesIn(locksFolder).filter(isHolderFileName)) {
      const holder = readHolderFile(join(locksFolder, name), rules());
      if (holder === undefined || holder === 'unreadable' || holder.state !== 'active') continue;
      const holderEntryId = sessionIdOf(holder);
      if (holderEntryId !== undefined && entryIds.has(holderEntryId)) continue;
      for (const { isSoft, path } of holder.locks.values()) {
        // Whoever has unsaved changes has not written what could be compared.
        if (isSoft || isGlob(path)) continue;
        yield { path, holderEntryId, holder: partyOfHolder(holder) };
      }
    }
  }

  private pathOf(key: string): string {
    return join(this.ports.folder, `${this.ports.session}.${textDigest(key)}${shellWatchSuffix}`);
  }

  /** A version is copied once; without a copy there is no difference to be shown, but still the fact. */
  private keep(files: readonly WatchedFile[], cwd: string): void {
    const folder = keptBeforeFolder(this.ports.folder);
    if (!isMadeFolder(folder)) return;
    this.prune(folder);
    for (const { path, signature } of files) {
      const name = `${keptBeforePrefix(path)}${signature.replaceAll(/[^\w.-]/g, '_')}`;
      const absolute = this.ports.toAbsolute(path, cwd);
      if (absolute === undefined) continue;
      try {
        const stats = lstatSync(absolute);
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
    const copies = namesIn(folder)
      .filter((name) => copyName.test(name))
      .map((name) => join(folder, name))
      // Some systems give a copy the times of what was copied, but never this one.
      .map((path) => ({ path, keptSinceMs: ctimeMs(path) }))
      .sort((a, b) => b.keptSinceMs - a.keptSinceMs);
    for (const [i, { path, keptSinceMs }] of copies.entries()) {
      if (i < maxKept && keptSinceMs >= oldestMs) continue;
      try {
        unlinkSync(path);
      } catch {
        // Another process removed it.
      }
    }
  }
}

function ctimeMs(path: string): number {
  return lstatSync(path, { throwIfNoEntry: false })?.ctimeMs ?? 0;
}

/** True when there is a folder for copies. What else stands there is left alone. */
function isMadeFolder(folder: string): boolean {
  try {
    mkdirSync(folder, { mode: 0o700 });
    return true;
  } catch (error) {
    return errorCode(error) === 'EEXIST' && isPlainFolder(folder);
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function toWatch(value: unknown): WatchedFiles | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { sinceMs, files } = value as Readonly<Record<string, unknown>>;
  if (typeof sinceMs !== 'number' || !Array.isArray(files)) return undefined;
  return { sinceMs, files: files.filter(isWatched) };
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
