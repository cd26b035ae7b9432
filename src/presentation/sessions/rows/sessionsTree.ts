import type { Translate } from '../../agentWording.ts';
import { groupRow } from '../../groupRow.ts';
import { toPlainLine } from '../../plainText.ts';
import type { TreeRow, TreeRows } from '../../treeRow.ts';
import { endedAtMs } from '../sessionJson.ts';
import { groupOf, type ListedSession } from './listedSession.ts';
import { sessionRow, type SessionRowOptions } from './sessionRow.ts';

/** What stands in the place of a session and cannot be read. */
export interface UnreadableSession {
  readonly root: string;
  readonly sessionId: string;
  readonly problem: string;
}

/** The groups of sessions that have ended, by when they did. */
export const endedGroupIds = ['runs:today', 'runs:earlier'] as const;
export type EndedGroupId = (typeof endedGroupIds)[number];
export const unreadableGroupId = 'runs:unreadable';

/** So many of a group are shown at first, and so many more each time that somebody asks for more. */
export const rowsPerPage = 50;

export interface SessionsTreeOptions extends Pick<SessionRowOptions, 'nowMs' | 't' | 'nameOf'> {
  /** A short name for a root; used where there are several. */
  readonly rootNameOf: (root: string) => string;
  readonly unreadable?: readonly UnreadableSession[] | undefined;
  /** How many of a group are shown; a page of each by default. */
  readonly shown?: Readonly<Partial<Record<EndedGroupId, number>>> | undefined;
}

type RowOf = (session: ListedSession, parent?: string) => TreeRow;

/**
 * The longest in need first, then what runs, the newest first; what has ended is in two groups, of which a
 * page is shown: the cost follows what is shown and not how many there are.
 */
export function buildSessionsTree(
  sessions: readonly ListedSession[],
  options: SessionsTreeOptions,
): TreeRows {
  const hasSeveral = new Set(sessions.map(({ root }) => root)).size > 1;
  const rowOf: RowOf = (session, parent) =>
    sessionRow(session, {
      ...options,
      parent,
      rootName: hasSeveral ? options.rootNameOf(session.root) : undefined,
    });
  const inGroup = (group: ReturnType<typeof groupOf>): readonly ListedSession[] =>
    sessions.filter((session) => groupOf(session) === group);
  const open = [
    ...inGroup('needs-you').toSorted((a, b) => pausedAtMs(a) - pausedAtMs(b)),
    ...inGroup('running').toSorted((a, b) => startedAtMs(b) - startedAtMs(a)),
  ].map((session) => rowOf(session));
  const rows = [
    ...open,
    ...endedRows(inGroup('ended'), { ...options, rowOf }),
    ...unreadableRows(options.unreadable ?? [], options.t),
  ];
  return {
    roots: rows.filter(({ parent }) => parent === undefined).map(({ id }) => id),
    rows: new Map(rows.map((row) => [row.id, row])),
  };
}

/** The group of which a row offers more; undefined for any other row. */
export function groupOfMoreRow(id: string): EndedGroupId | undefined {
  return endedGroupIds.find((group) => moreRowId(group) === id);
}

function moreRowId(group: EndedGroupId): string {
  return `${group}:more`;
}

interface EndedOptions extends SessionsTreeOptions {
  readonly rowOf: RowOf;
}

function endedRows(ended: readonly ListedSession[], options: EndedOptions): readonly TreeRow[] {
  const { nowMs, t } = options;
  const sorted = ended
    .map((session) => ({ session, atMs: endMs(session) }))
    .sort((a, b) => b.atMs - a.atMs);
  const midnightMs = new Date(nowMs).setHours(0, 0, 0, 0);
  const firstEarlier = sorted.findIndex(({ atMs }) => atMs < midnightMs);
  const cut = firstEarlier === -1 ? sorted.length : firstEarlier;
  const [today, earlier] = [sorted.slice(0, cut), sorted.slice(cut)];
  return [
    ...endedGroup('runs:today', today, { ...options, label: t('Ended Today'), isExpanded: true }),
    ...endedGroup('runs:earlier', earlier, { ...options, label: t('Earlier'), isExpanded: false }),
  ];
}

function endedGroup(
  id: EndedGroupId,
  sessions: readonly { readonly session: ListedSession }[],
  options: EndedOptions & { readonly label: string; readonly isExpanded: boolean },
): readonly TreeRow[] {
  if (sessions.length === 0) return [];
  const { t, label, isExpanded, rowOf, shown = {} } = options;
  const page = sessions.slice(0, shown[id] ?? rowsPerPage);
  const rows = page.map(({ session }) => rowOf(session, id));
  const more = moreRows(id, sessions.length - page.length, t);
  const all = [...rows, ...more];
  const group = groupRow({
    ...{ id, parent: undefined, icon: 'history', label, isExpanded },
    tooltip: t('Sessions that have ended. They are kept for a while and can be deleted.'),
    children: all.map((row) => row.id),
  });
  const count = sessions.length;
  return [
    {
      ...group,
      description: String(count),
      contextValue: 'heddle.sessionsEnded',
      accessibleText: [label, count === 1 ? t('1 session') : t('{0} sessions', count)].join(', '),
    },
    ...all,
  ];
}

function moreRows(group: EndedGroupId, count: number, t: Translate): readonly TreeRow[] {
  if (count === 0) return [];
  const text = t('{0} sessions that ended longer ago are not shown.', count);
  return [
    {
      id: moreRowId(group),
      parent: group,
      label: t('Show More'),
      description: t('{0} more', count),
      ...{ icon: 'ellipsis', color: undefined, contextValue: 'heddle.sessionsMore' },
      tooltip: [{ kind: 'text', text }],
      ...{ children: [], isExpanded: false, hasDetails: true },
      accessibleText: [t('Show More'), text].join(', '),
    },
  ];
}

function unreadableRows(
  unreadable: readonly UnreadableSession[],
  t: Translate,
): readonly TreeRow[] {
  if (unreadable.length === 0) return [];
  const rows = unreadable.slice(0, maxUnreadable).map(({ root, sessionId, problem }): TreeRow => {
    const text = toPlainLine(problem, 300);
    return {
      id: `unreadableRun:${sessionId}@${root}`,
      parent: unreadableGroupId,
      label: toPlainLine(sessionId, 80),
      description: text,
      ...{ icon: 'warning', color: 'charts.yellow', contextValue: 'heddle.brokenSession' },
      tooltip: [{ kind: 'text', text }],
      ...{ children: [], isExpanded: false, hasDetails: false },
    };
  });
  const group = groupRow({
    ...{ id: unreadableGroupId, parent: undefined, icon: 'warning', isExpanded: false },
    label: t('Unreadable'),
    tooltip: t('What stands in the place of a session and cannot be read.'),
    children: rows.map(({ id }) => id),
  });
  return [{ ...group, description: String(unreadable.length) }, ...rows];
}

const maxUnreadable = 100;

function pausedAtMs({ record }: ListedSession): number {
  return record.state.state === 'paused' ? record.state.pause.pausedAtMs : record.lastActiveMs;
}

function startedAtMs({ record }: ListedSession): number {
  return record.header.createdAtMs;
}

function endMs({ record }: ListedSession): number {
  return endedAtMs(record.state) ?? record.lastActiveMs;
}
