import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const commandTimeoutMs = 10_000;

/** The working directories of processes; those that may not be looked at are missing. Never rejects. */
export async function listDarwinFolders(
  pids: readonly number[],
): Promise<ReadonlyMap<number, string>> {
  if (pids.length === 0) return new Map();
  // It exits with 1 when a process is gone, and prints the others nevertheless.
  const output = await promisify(execFile)('/usr/sbin/lsof', lsofArguments(pids), {
    timeout: commandTimeoutMs,
  }).then(
    ({ stdout }) => stdout,
    (error: unknown) => (error as { readonly stdout?: unknown }).stdout,
  );
  return parseLsofFolders(typeof output === 'string' ? output : '');
}

/** Without names of users, hosts and ports, which would be looked up. */
export function lsofArguments(pids: readonly number[]): readonly string[] {
  return ['-a', '-n', '-P', '-w', '-d', 'cwd', '-F', 'pn', '-p', pids.join(',')];
}

/** Reads lines `p<pid>`, `fcwd`, `n<folder>`. */
export function parseLsofFolders(output: string): ReadonlyMap<number, string> {
  const folders = new Map<number, string>();
  let pid: number | undefined;
  for (const line of output.split('\n')) {
    if (/^p\d+$/.test(line)) pid = Number(line.slice(1));
    else if (pid !== undefined && line.startsWith('n/')) folders.set(pid, unescaped(line.slice(1)));
  }
  return folders;
}

/** Bytes that the locale cannot print come as `\xhh`. */
function unescaped(text: string): string {
  const escaped = text.replaceAll('%', '%25').replace(/\\x([0-9a-f]{2})/g, '%$1');
  try {
    return decodeURIComponent(escaped);
  } catch {
    // No UTF-8, or a name that really contains such text.
    return text;
  }
}
