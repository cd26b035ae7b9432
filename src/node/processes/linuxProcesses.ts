import { readFileSync, readlinkSync } from 'node:fs';
import type { ListedProcess } from '../../core/harness/discovery/listedProcess.ts';

const deletedSuffix = ' (deleted)';

/** Reads one process from /proc; undefined when it is gone or hidden. Its other fields are read when looked at. */
export function readLinuxProcess(pid: number): ListedProcess | undefined {
  const stat = tryRead(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  const parsed = stat === undefined ? undefined : parseProcStat(stat);
  return parsed && new LinuxProcess(pid, parsed);
}

/** Most processes are told apart by their name alone, so the two other files wait until they are asked for. */
class LinuxProcess implements ListedProcess {
  readonly pid: number;
  readonly parentPid: number;
  readonly name: string;
  private readArgs: readonly string[] | undefined;

  constructor(pid: number, { name, parentPid }: ProcParent) {
    this.pid = pid;
    this.name = name;
    this.parentPid = parentPid;
  }

  get args(): readonly string[] {
    this.readArgs ??= parseProcCmdline(
      tryRead(() => readFileSync(`/proc/${this.pid}/cmdline`, 'utf8')) ?? '',
    );
    return this.readArgs;
  }

  get executable(): string | undefined {
    const path = tryRead(() => readlinkSync(`/proc/${this.pid}/exe`));
    // An update replaced the file while the program runs.
    return path?.endsWith(deletedSuffix) ? path.slice(0, -deletedSuffix.length) : path;
  }
}

export interface ProcParent {
  readonly name: string;
  readonly parentPid: number;
}

/** Reads `/proc/<pid>/stat`; the name may contain spaces, parentheses and line breaks. */
export function parseProcStat(stat: string): ProcParent | undefined {
  const open = stat.indexOf('(');
  const close = stat.lastIndexOf(')');
  if (open === -1 || close < open) return undefined;
  const parentPid = Number(stat.slice(close + 2).split(' ', 2)[1]);
  if (!Number.isSafeInteger(parentPid)) return undefined;
  return { name: stat.slice(open + 1, close), parentPid };
}

/** Reads `/proc/<pid>/cmdline`; a program that renames itself leaves its text and then nothing but ends. */
export function parseProcCmdline(cmdline: string): readonly string[] {
  const text = cmdline.replace(/\0+$/, '');
  return text === '' ? [] : text.split('\0');
}

function tryRead<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    // Gone meanwhile, or another user's.
    return undefined;
  }
}
