import type { ContendedPath } from '../core/activity/contention.ts';
import { sessionIdOf } from '../core/locks/lockHolder.ts';
import type { HolderSnapshot } from '../core/locks/lockSnapshot.ts';
import type { BrokenHolder } from '../core/locks/lockStore.ts';
import type { Translate } from './agentWording.ts';
import { coarseDuration } from './duration.ts';
import { groupRow } from './groupRow.ts';
import { holderChain, holderName } from './holderWording.ts';
import { toLockElement } from './lockElement.ts';
import { pathText } from './lockedPathText.ts';
import { locate } from './lockRow.ts';
import { toPlainLine } from './plainText.ts';
import type { TooltipPart, TreeRow } from './treeRow.ts';

export interface GroupOptions {
  readonly root: string;
  readonly parent: string | undefined;
  readonly t: Translate;
  readonly nowMs: number;
}

const maxContended = 20;
const maxCrashed = 50;
/** Who crashed longer ago is of no interest any more. */
const crashedSpanMs = 24 * 60 * 60_000;

/** The paths that are fought over most, as a collapsed group; empty when there are none. */
export function contentionRows(
  ranked: readonly ContendedPath[],
  options: GroupOptions,
): readonly TreeRow[] {
  const { root, t } = options;
  const id = `contention:@${root}`;
  const rows = ranked.slice(0, maxContended).map(({ path, refusals, waits, parties }): TreeRow => {
    const where = locate(path, t);
    const counts = [
      refusals > 0 && t('{0} refused', refusals),
      waits > 0 && t('{0} waited', waits),
      where.folder !== '' && where.folder,
    ].filter((part) => part !== false);
    return {
      id: toLockElement({ kind: 'contended', root, path }),
      parent: id,
      label: where.name,
      description: counts.join(' · '),
      icon: 'flame',
      color: undefined,
      contextValue: 'heddle.contended',
      tooltip: [
        { kind: 'title', text: pathText(path, t) },
        {
          kind: 'text',
          text: t(
            'In the last 24 hours: {0} refused, {1} waited, {2} parties.',
            refusals,
            waits,
            parties,
          ),
        },
      ],
      children: [],
      isExpanded: false,
      hasDetails: true,
    };
  });
  return group(rows, {
    ...{ parent: options.parent, id },
    label: t('Contention'),
    icon: 'flame',
    tooltip: t('What was refused or waited for most in the last 24 hours.'),
  });
}

/** Those who crashed lately and hold nothing any more. */
export function crashedRows(
  holders: readonly HolderSnapshot[],
  options: GroupOptions,
): readonly TreeRow[] {
  const { root, t, nowMs } = options;
  const id = `crashed:@${root}`;
  const crashed = holders
    .filter(
      ({ holder, isCrashed, locks }) =>
        isCrashed &&
        holder.state !== 'gone' &&
        locks.length === 0 &&
        nowMs - holder.lastSeenMs < crashedSpanMs,
    )
    .sort((a, b) => b.holder.lastSeenMs - a.holder.lastSeenMs)
    .slice(0, maxCrashed);
  const rows = crashed.map((snapshot) => {
    const ago = coarseDuration(nowMs - snapshot.holder.lastSeenMs);
    return {
      ...holderRow(snapshot, { ...options, parent: id, children: [], isMine: false }),
      description: t('last seen {0} ago', ago),
      icon: 'error',
      isExpanded: false,
    };
  });
  return group(rows, {
    ...{ parent: options.parent, id },
    label: t('Crashed'),
    icon: 'error',
    tooltip: t('These holders are gone or silent. What they held is free.'),
  });
}

/** Files of holders that cannot be understood, each with its problem. */
export function unreadableRows(
  broken: readonly BrokenHolder[],
  options: GroupOptions,
): readonly TreeRow[] {
  const { root, t } = options;
  const id = `unreadableHolders:@${root}`;
  const rows = broken.map(({ fileName, problem }): TreeRow => {
    const text = toPlainLine(problem);
    return {
      id: toBrokenHolderElement({ root, fileName }),
      parent: id,
      label: toPlainLine(fileName, 80),
      description: text,
      icon: 'warning',
      color: 'list.warningForeground',
      contextValue: 'heddle.brokenHolder',
      tooltip: [
        { kind: 'title', text: toPlainLine(fileName) },
        { kind: 'text', text },
      ],
      children: [],
      isExpanded: false,
      hasDetails: false,
    };
  });
  return group(rows, {
    ...{ parent: options.parent, id },
    label: t('Unreadable'),
    icon: 'warning',
    color: 'list.warningForeground',
    tooltip: t('These files are not valid holders of locks. They are left as they are.'),
  });
}

/** The element of the row of an unreadable file. A file name may hold anything, so it is encoded. */
export function toBrokenHolderElement(ref: {
  readonly root: string;
  readonly fileName: string;
}): string {
  const name = encodeURIComponent(ref.fileName.replace(/\p{Surrogate}/gu, '\ufffd'));
  return `brokenHolder:${name}@${ref.root}`;
}

/** The row of a holder with what it has below it. */
export function holderRow(
  snapshot: HolderSnapshot,
  {
    root,
    parent,
    t,
    children,
    isMine,
  }: Pick<GroupOptions, 'root' | 'parent' | 't'> & {
    readonly children: readonly string[];
    readonly isMine: boolean;
  },
): TreeRow {
  const { holder, locks, waits } = snapshot;
  const name = isMine ? t('you') : holderName(snapshot, t);
  const chain = holderChain(snapshot, t);
  const hasSession = sessionIdOf(holder) !== undefined;
  const texts: TooltipPart[] =
    chain === undefined ? [] : [{ kind: 'text', text: t('Chain: {0}', chain) }];
  const parts = [
    locks.length === 1 ? t('1 file') : t('{0} files', locks.length),
    ...(waits.length > 0 ? [t('waits for {0}', waits.length)] : []),
  ];
  return {
    id: toLockElement({ kind: 'holder', root, holderId: holder.id }),
    parent,
    label: name,
    description: parts.join(' · '),
    icon: hasSession ? 'hubot' : 'account',
    color: isMine ? 'charts.green' : undefined,
    contextValue: hasSession ? 'heddle.lockHolder+session' : 'heddle.lockHolder',
    tooltip: [{ kind: 'title', text: name }, ...texts],
    children,
    isExpanded: true,
    hasDetails: false,
  };
}

/** The group and what is in it; nothing for an empty one. */
function group(
  rows: readonly TreeRow[],
  options: Pick<GroupOptions, 'parent'> & {
    readonly id: string;
    readonly label: string;
    readonly icon: string;
    readonly color?: string;
    readonly tooltip: string;
  },
): readonly TreeRow[] {
  if (rows.length === 0) return [];
  const children = rows.map(({ id }) => id);
  return [groupRow({ ...options, children, isExpanded: false }), ...rows];
}
