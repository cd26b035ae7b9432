import type { ListedProcess } from '../../core/harness/discovery/listedProcess.ts';

/** One query for everything; times as numbers, because texts depend on the user's language. */
export const windowsListingScript =
  "$ProgressPreference = 'SilentlyContinue'; " +
  '[Console]::OutputEncoding = [Text.Encoding]::UTF8; ' +
  'Get-CimInstance Win32_Process | ForEach-Object { [pscustomobject]@{ ' +
  'p = $_.ProcessId; q = $_.ParentProcessId; n = $_.Name; e = $_.ExecutablePath; c = $_.CommandLine; ' +
  't = if ($_.CreationDate) { $_.CreationDate.ToFileTimeUtc() } else { 0 } } } | ConvertTo-Json -Compress';

interface WindowsRow extends ListedProcess {
  /** 100 ns since 1601; 0 where it may not be read. */
  readonly startedAt: number;
}

/**
 * Reads what that script prints. Windows does not clear the parent's id when the parent ends and the
 * id is given to another process, so a parent that is younger than its child is none (id 0).
 */
export function parseWindowsListing(output: string): ReadonlyMap<number, ListedProcess> {
  const rows = new Map<number, WindowsRow>();
  for (const value of parseJsonList(output)) {
    const row = toRow(value);
    if (row !== undefined) rows.set(row.pid, row);
  }
  return new Map(
    [...rows].map(([pid, { startedAt, ...listed }]): [number, ListedProcess] => {
      const parent = rows.get(listed.parentPid);
      const isReused = startedAt > 0 && parent !== undefined && parent.startedAt > startedAt;
      return [pid, isReused ? { ...listed, parentPid: 0 } : listed];
    }),
  );
}

function parseJsonList(output: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(output.replace(/^\ufeff/, ''));
    return Array.isArray(value) ? value : [value];
  } catch {
    // Cut off or refused: nobody is known.
    return [];
  }
}

function toRow(value: unknown): WindowsRow | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { p, q, n, e, c, t } = value as Readonly<Record<string, unknown>>;
  if (typeof p !== 'number') return undefined;
  return {
    pid: p,
    parentPid: typeof q === 'number' ? q : 0,
    name: typeof n === 'string' ? n : '',
    args: typeof c === 'string' ? splitWindowsCommandLine(c) : [],
    executable: typeof e === 'string' ? e : undefined,
    startedAt: typeof t === 'number' ? t : 0,
  };
}

/** Splits a command line as the C runtime does: quotes group, a backslash counts only before a quote. */
export function splitWindowsCommandLine(line: string): readonly string[] {
  const args: string[] = [];
  let word: string | undefined;
  let isQuoted = false;
  for (const [token] of line.matchAll(/\\*"|\\+|[ \t]+|[^\\" \t]+/g)) {
    if (token.endsWith('"')) {
      const slashes = token.length - 1;
      word = (word ?? '') + '\\'.repeat(Math.floor(slashes / 2));
      if (slashes % 2 === 1) word += '"';
      else isQuoted = !isQuoted;
    } else if (/^[ \t]/.test(token) && !isQuoted) {
      if (word !== undefined) args.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + token;
    }
  }
  return word === undefined ? args : [...args, word];
}
