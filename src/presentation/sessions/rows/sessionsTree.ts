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

export interface SessionsTreeOptions extends Pick<SessionRowOptions, 'nowMs' | 't' | 'nameOf'> {
  /** A short name for a root; used where there are several. */
  readonly rootNameOf: (root: string) => string;
  readonly unreadable?: readonly UnreadableSession[] | undefined;
}

export const endedGroupId = 'runs:ended';
export const unreadableGroupId = 'runs:unreadable';

/** The longest in need first, then what runs, the newest first; what has ended is a closed group. */
export function buildSessionsTree(
  sessions: readonly ListedSession[],
  options: SessionsTreeOptions,
): TreeRows {
  const hasSeveral = new Set(sessions.map(({ root }) => root)).size > 1;
  const rowOf = (session: ListedSession, parent?: string): TreeRow =>
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
  const ended = inGroup('ended').toSorted((a, b) => endMs(b) - endMs(a));
  const rows = [
    ...open,
    ...endedRows(
      ended.map((session) => rowOf(session, endedGroupId)),
      options.t,
    ),
    ...unreadableRows(options.unreadable ?? [], options.t),
  ];
  return {
    roots: rows.filter(({ parent }) => parent === undefined).map(({ id }) => id),
    rows: new Map(rows.map((row) => [row.id, row])),
  };
}

function endedRows(rows: readonly TreeRow[], t: Translate): readonly TreeRow[] {
  if (rows.length === 0) return [];
  const group = groupRow({
    ...{ id: endedGroupId, parent: undefined, icon: 'history', isExpanded: false },
    label: t('Ended'),
    tooltip: t('Sessions that have ended. They are kept for a while and can be deleted.'),
    children: rows.map(({ id }) => id),
  });
  return [{ ...group, contextValue: 'heddle.sessionsEnded' }, ...rows];
}

function unreadableRows(
  unreadable: readonly UnreadableSession[],
  t: Translate,
): readonly TreeRow[] {
  if (unreadable.length === 0) return [];
  const rows = unreadable.map(({ root, sessionId, problem }): TreeRow => {
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
  return [group, ...rows];
}

function pausedAtMs({ record }: ListedSession): number {
  return record.state.state === 'paused' ? record.state.pause.pausedAtMs : record.lastActiveMs;
}

function startedAtMs({ record }: ListedSession): number {
  return record.header.createdAtMs;
}

function endMs({ record }: ListedSession): number {
  return endedAtMs(record.state) ?? record.lastActiveMs;
}
