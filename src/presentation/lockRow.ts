import type { LockPath } from '../core/locks/lockPath.ts';
import type { HeldPath } from '../core/locks/lockSnapshot.ts';
import type { Translate } from './agentWording.ts';
import type { PathWait } from './changedHolds.ts';
import { heldLines } from './heldLines.ts';
import type { HolderFace } from './holderWording.ts';
import type { LockedPath } from './lockedPath.ts';
import { toLockElement } from './lockElement.ts';
import { pathText } from './lockedPathText.ts';
import {
  countsDown,
  elapsedText,
  nextCountdownMs,
  nextElapsedMs,
  countdownText,
} from './lockTimes.ts';
import { folderOf, literalPart } from './pathFolders.ts';
import { toPlainLine } from './plainText.ts';
import type { TooltipPart, TreeRow } from './treeRow.ts';

/** A row whose text may follow the clock. */
export interface ClockedRow {
  make(nowMs: number): TreeRow;
  /** The first instant after `nowMs` at which it looks different; undefined for never. */
  nextMs?: ((nowMs: number) => number) | undefined;
}

/** Rows by the lock that they show, kept from one model to the next. */
export type LockRowCache = WeakMap<object, { readonly key: string; readonly row: TreeRow }>;

export interface RowPlace {
  readonly root: string;
  readonly parent: string | undefined;
  readonly t: Translate;
  readonly cache: LockRowCache;
}

export interface LockRowOptions extends RowPlace {
  readonly holderId: number;
  readonly held: HeldPath;
  readonly face: HolderFace;
  readonly kind: LockedPath['kind'];
  readonly children: readonly string[];
  readonly waitCount: number;
  /** What the row need not say, because what is above it does. */
  readonly under: 'folder' | 'holder' | 'path';
}

/** The row of a lock: which file, who holds it, for how much longer. */
export function lockRow(options: LockRowOptions): ClockedRow {
  const { held, cache, face, children, parent, kind, waitCount } = options;
  return {
    make: (nowMs) => {
      const time = countdownText(held, nowMs, options.t);
      const key = [
        time,
        face.name,
        face.chain,
        face.isMine,
        kind,
        waitCount,
        parent,
        ...children,
      ].join('\n');
      const cached = cache.get(held);
      if (cached?.key === key) return cached.row;
      const row = makeLockRow(options, time);
      cache.set(held, { key, row });
      return row;
    },
    nextMs: countsDown(held)
      ? (nowMs) => nextCountdownMs(held.end.atMs ?? nowMs, nowMs)
      : undefined,
  };
}

function makeLockRow(options: LockRowOptions, time: string): TreeRow {
  const { root, parent, t, held, face, children, kind, under, waitCount } = options;
  const { lock } = held;
  const where = locate(lock.path, t);
  const label = under === 'path' ? face.name : where.name;
  const description = [
    under === 'folder' ? face.name : '',
    under === 'holder' ? where.folder : '',
    time,
    lock.mode === 'shared' && under !== 'path' ? t('shared') : '',
    under === 'holder' && waitCount > 0 ? t('{0} waiting', waitCount) : '',
  ];
  const [title = '', ...lines] = heldLines(face, held, { t });
  return {
    id: toLockElement({ kind: 'lock', root, holderId: options.holderId, path: lock.path }),
    parent,
    label,
    description: description.filter((part) => part !== '').join(' · '),
    icon: iconOf(lock),
    color: colorOf(kind, face.isMine),
    contextValue: contextValueOf(held, face),
    tooltip: [
      { kind: 'title', text: pathText(lock.path, t) },
      { kind: 'text', text: title },
      ...lines.map((text): TooltipPart => ({ kind: 'text', text })),
    ],
    children,
    isExpanded: true,
    hasDetails: true,
    accessibleText: [pathText(lock.path, t), title, time].filter((part) => part !== '').join(', '),
  };
}

/** The row of a file below the agent that holds it. It says nothing that follows the clock. */
export function heldFileRow(
  options: RowPlace & Pick<LockRowOptions, 'holderId' | 'held' | 'face'>,
): TreeRow {
  const { held, cache, face, parent } = options;
  const key = ['held', face.name, face.chain, parent].join('\n');
  const cached = cache.get(held);
  if (cached?.key === key) return cached.row;
  const text = held.lock.isSoft ? options.t('unsaved changes') : '';
  const more = { kind: 'other', children: [], waitCount: 0, under: 'holder' } as const;
  const row = makeLockRow({ ...options, ...more }, text);
  cache.set(held, { key, row });
  return row;
}

/** The row of a path that several hold, each in a row of its own below it. */
export function sharedPathRow(
  entry: LockedPath,
  place: RowPlace & { readonly children: readonly string[] },
): TreeRow {
  const { root, parent, t, children } = place;
  const description = t('{0} hold it', entry.holds.size);
  return {
    id: toLockElement({ kind: 'path', root, path: entry.path }),
    parent,
    label: locate(entry.path, t).name,
    description,
    icon: 'lock',
    color: colorOf(entry.kind, entry.isMine),
    contextValue: 'heddle.lockPath',
    tooltip: [
      { kind: 'title', text: pathText(entry.path, t) },
      { kind: 'text', text: description },
    ],
    children,
    isExpanded: true,
    hasDetails: true,
  };
}

export interface WaitRowOptions extends RowPlace {
  readonly wait: PathWait;
  readonly face: HolderFace;
  /** The path at which the row stands. */
  readonly path: LockPath;
  /** The place in the queue, 1 for whoever comes first; undefined when it is not known. */
  readonly position: number | undefined;
  readonly under: 'path' | 'holder';
}

/** The row of somebody who waits: who, in which place, for how long. */
export function waitRow(options: WaitRowOptions): ClockedRow {
  const { wait } = options;
  return {
    make: (nowMs) => makeWaitRow(options, elapsedText(nowMs - wait.sinceMs)),
    nextMs: (nowMs) => nextElapsedMs(wait.sinceMs, nowMs),
  };
}

function makeWaitRow(options: WaitRowOptions, elapsed: string): TreeRow {
  const { root, parent, t, wait, face, path, position, under } = options;
  const isBelow = under === 'path';
  const place =
    position === undefined
      ? t('waits, for {0}', elapsed)
      : t('waits, {0}, for {1}', ordinal(position), elapsed);
  const folder = isBelow ? '' : locate(path, t).folder;
  return {
    id: toLockElement({ kind: 'wait', root, holderId: wait.holderId, ticket: wait.ticket, path }),
    parent,
    label: isBelow ? face.name : locate(path, t).name,
    description: [place, folder].filter((part) => part !== '').join(' · '),
    icon: 'watch',
    color: undefined,
    contextValue: ['heddle.wait', ...(face.hasSession ? ['session'] : [])].join('+'),
    tooltip: [
      { kind: 'title', text: face.name },
      { kind: 'text', text: t('Waits for {0}', pathText(wait.path, t)) },
      ...(face.chain === undefined
        ? []
        : [{ kind: 'text' as const, text: t('Chain: {0}', face.chain) }]),
    ],
    children: [],
    isExpanded: false,
    hasDetails: false,
  };
}

/** The folder under which a path is listed; a glob is listed under its literal part. */
export function listedUnder(path: LockPath): LockPath {
  const literal = literalPart(path);
  return literal === path ? (folderOf(path) ?? '.') : literal;
}

/** The name of a path in the folder under which it is listed, and that folder; empty for the top. */
export function locate(
  path: LockPath,
  t: Translate,
): { readonly name: string; readonly folder: string } {
  const folder = listedUnder(path);
  const rest = folder === '.' ? path : path.slice(folder.length + 1);
  return {
    name: path === '.' ? t('the whole repository') : toPlainLine(rest, 100),
    folder: folder === '.' ? '' : toPlainLine(folder, 100),
  };
}

/** `1st`, `2nd`, `3rd`, `4th`. */
export function ordinal(position: number): string {
  const isTeen = position % 100 >= 11 && position % 100 <= 13;
  const ending = isTeen ? 'th' : (['th', 'st', 'nd', 'rd'][position % 10] ?? 'th');
  return `${position}${ending}`;
}

function iconOf({ isSoft, mode }: HeldPath['lock']): string {
  if (isSoft) return 'edit';
  return mode === 'shared' ? 'eye' : 'lock';
}

/** Colours that every theme defines. */
function colorOf(kind: LockedPath['kind'], isMine: boolean): string | undefined {
  if (kind === 'contended') return 'list.warningForeground';
  return isMine ? 'charts.green' : undefined;
}

function contextValueOf({ lock }: HeldPath, face: HolderFace): string {
  const flags = [
    face.isMine ? 'mine' : 'other',
    lock.isSoft ? 'soft' : undefined,
    lock.mode === 'shared' ? 'shared' : undefined,
    face.hasSession ? 'session' : undefined,
  ];
  return ['heddle.lock', ...flags.filter((flag) => flag !== undefined)].join('+');
}
