import { lockKey, type LockPath } from '../core/locks/lockPath.ts';
import type { LockedBelow } from './lockedBelow.ts';
import type { LockedPath, LockKind } from './lockedPath.ts';
import type { LockedPaths } from './lockedPaths.ts';
import { lockedPathLines, pathText } from './lockedPathText.ts';

/** What the explorer shows on a file or folder. */
export interface LockDecoration {
  /** At most two characters; undefined for what is only held through a folder above it. */
  readonly badge: string | undefined;
  /** Plain text, one line each. */
  readonly tooltip: readonly string[];
  /** Whether the tooltip changes with time alone. */
  readonly followsClock: boolean;
}

const badges: Readonly<Record<LockKind, string | undefined>> = {
  other: 'L',
  mine: 'Lm',
  shared: 'Ls',
  contended: 'L!',
  quiet: undefined,
};

const summaryBadges: Readonly<Record<keyof LockedBelow, string>> = {
  contended: '•!',
  other: '•',
  mine: '•m',
  shared: '•s',
};

const maxLines = 30;
const maxCovering = 3;
const maxGlobsListed = 5;

/** The decoration of a path at this moment; undefined for what nobody holds. */
export function lockDecoration(
  paths: LockedPaths,
  path: LockPath,
  nowMs: number,
): LockDecoration | undefined {
  const key = lockKey(path, paths.rules);
  const own = paths.at(key);
  const below = paths.below(key);
  const covering = paths.covering(key, maxCovering);
  if (own === undefined && below === undefined && covering.length === 0) return undefined;

  const globs = below === undefined ? [] : paths.globsAt(key).slice(0, maxGlobsListed);
  const lines = [
    ...(own ? lockedPathLines(own, paths, nowMs) : []),
    ...covering.flatMap((entry) => coveringLines(paths, entry, nowMs)),
    ...(below ? belowLines(paths, below) : []),
    ...globs.flatMap((glob) => [
      pathText(glob.path, paths.t),
      ...lockedPathLines(glob, paths, nowMs),
    ]),
  ];
  const shown = [own, ...covering, ...globs].filter((entry) => entry !== undefined);
  return {
    badge: own && badges[own.kind] !== undefined ? badges[own.kind] : below && summaryBadge(below),
    tooltip: lines.slice(0, maxLines),
    followsClock: shown.some((entry) => [...entry.holds.values()].some(hasClock)),
  };
}

function hasClock({
  lock,
  end,
}: {
  lock: { isSoft: boolean };
  end: { atMs: number | undefined };
}): boolean {
  return !lock.isSoft && end.atMs !== undefined;
}

function coveringLines(paths: LockedPaths, entry: LockedPath, nowMs: number): readonly string[] {
  const { t } = paths;
  return [t('Held through {0}', pathText(entry.path, t)), ...lockedPathLines(entry, paths, nowMs)];
}

/** The kind that matters most to whoever looks: where somebody waits, then what others hold. */
function summaryBadge(below: LockedBelow): string {
  const order = ['contended', 'other', 'mine', 'shared'] as const;
  return summaryBadges[order.find((kind) => below[kind] > 0) ?? 'shared'];
}

function belowLines({ t }: LockedPaths, below: LockedBelow): readonly string[] {
  const { contended, other, mine, shared } = below;
  const total = contended + other + mine + shared;
  const parts = [
    contended > 0 && t('{0} that somebody waits for', contended),
    other > 0 && t('{0} held by others', other),
    mine > 0 && t('{0} held by you', mine),
    shared > 0 && t('{0} shared', shared),
  ].filter((part) => part !== false);
  const head = total === 1 ? t('1 locked path inside') : t('{0} locked paths inside', total);
  return [t('{0}: {1}', head, parts.join(', '))];
}
