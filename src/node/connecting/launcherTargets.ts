/** A line of the launcher's list: a version of the program, a Node.js, or VS Code's own runtime. */
export interface LauncherTarget {
  readonly kind: 'cli' | 'node' | 'code';
  /** The version of the program; `-` for what is none. */
  readonly version: string;
  /** Absolute. */
  readonly path: string;
}

/** Reads the list. A line that says nothing is left out. */
export function parseTargets(text: string): readonly LauncherTarget[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const [, kind, version, path] = /^(cli|node|code) (\S+) (.+)$/.exec(line) ?? [];
    if (version === undefined || path === undefined) return [];
    if (kind !== 'cli' && kind !== 'node' && kind !== 'code') return [];
    return [{ kind, version, path }];
  });
}

export function formatTargets(targets: readonly LauncherTarget[]): string {
  return targets.map(({ kind, version, path }) => `${kind} ${version} ${path}\n`).join('');
}

/** True for a path that a line of the list can hold. */
export function isListable(path: string): boolean {
  return /^\S(?:[^\r\n]*\S)?$/.test(path);
}

/**
 * The list with these targets in it: the newest version first, of equal ones the one that was added
 * last. Nothing is twice.
 */
export function withTargets(
  targets: readonly LauncherTarget[],
  added: readonly LauncherTarget[],
): readonly LauncherTarget[] {
  const isAdded = ({ kind, path }: LauncherTarget): boolean =>
    added.some((each) => each.kind === kind && each.path === path);
  return [...added, ...targets.filter((each) => !isAdded(each))].toSorted(
    (a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || newerFirst(a.version, b.version),
  );
}

const kinds: readonly LauncherTarget['kind'][] = ['cli', 'node', 'code'];

function newerFirst(a: string, b: string): number {
  const [aNumbers, bNumbers] = [numbersOf(a), numbersOf(b)];
  for (let i = 0; i < 3; i += 1) {
    const difference = (bNumbers[i] ?? 0) - (aNumbers[i] ?? 0);
    if (difference !== 0) return difference;
  }
  // A version is newer than what was tried before it.
  return Number(a.includes('-')) - Number(b.includes('-'));
}

function numbersOf(version: string): readonly number[] {
  const [numbers = ''] = version.split(/[-+]/);
  return numbers.split('.').map((each) => Number.parseInt(each, 10) || 0);
}
