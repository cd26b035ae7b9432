import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';

/** A process that has not ended, by where it belongs. */
export interface TableRow {
  readonly pid: number;
  readonly parentPid: number;
  readonly group: number;
}

const timeoutMs = 10_000;
const maxBytes = 32 * 1024 * 1024;

/** Every process of this machine but those on Windows; none when they cannot be listed. */
export async function processTable(): Promise<readonly TableRow[]> {
  try {
    return process.platform === 'linux' ? linuxTable() : await psTable();
  } catch {
    return [];
  }
}

function linuxTable(): readonly TableRow[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        // The name stands in parentheses and may hold anything.
        const [state, parentPid, group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ', 3);
        return row({ pid: name, parentPid, group, state });
      } catch {
        return []; // it ended meanwhile
      }
    });
}

async function psTable(): Promise<readonly TableRow[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,pgid=,stat='], {
    timeout: timeoutMs,
    maxBuffer: maxBytes,
    env: { ...process.env, LC_ALL: 'C' },
  });
  return stdout.split('\n').flatMap((line) => {
    const [pid, parentPid, group, state] = line.trim().split(/\s+/);
    return row({ pid, parentPid, group, state });
  });
}

/** What has ended is listed until its parent has taken its exit code. */
function row({
  state = '',
  ...fields
}: Readonly<
  Record<'pid' | 'parentPid' | 'group' | 'state', string | undefined>
>): readonly TableRow[] {
  const [pid, parentPid, group] = [fields.pid, fields.parentPid, fields.group].map(Number);
  if (!isId(pid) || !isId(parentPid) || !isId(group)) return [];
  return state.startsWith('Z') || state.startsWith('X') ? [] : [{ pid, parentPid, group }];
}

function isId(value: number | undefined): value is number {
  return Number.isSafeInteger(value);
}
