import * as vscode from 'vscode';
import { toDisposable } from '../../base/lifecycle.ts';
import { groupOf } from '../../presentation/sessions/rows/listedSession.ts';
import { sessionsBadge } from '../../presentation/sessions/rows/sessionsBadge.ts';
import {
  buildSessionsTree,
  endedGroupIds,
  groupOfMoreRow,
  rowsPerPage,
  type EndedGroupId,
} from '../../presentation/sessions/rows/sessionsTree.ts';
import type { TreeRow, TreeRows } from '../../presentation/treeRow.ts';
import { rootName } from '../commands/rootName.ts';
import type { ContextKeys } from '../contextKeys.ts';
import { PaintedRowTree } from '../paintedRowTree.ts';
import { sessionContextKeys, sessionsViewId, type SessionCommandId } from './sessionIds.ts';
import type { SessionListSet } from './sessionListSet.ts';

export interface SessionsViewOptions {
  readonly nameOf: (agent: string) => string;
  readonly keys: Pick<ContextKeys, 'set'>;
}

/** How often times are told anew; only rows whose text changes are repainted. */
const timeIntervalMs = 30_000;

/** The view Sessions. */
export class SessionsView extends PaintedRowTree<TreeRows> {
  /** How many of what has ended are shown. */
  private shown: Readonly<Partial<Record<EndedGroupId, number>>> = {};

  constructor(
    private readonly lists: Pick<SessionListSet, 'roots' | 'sessions' | 'onDidChange'>,
    private readonly options: SessionsViewOptions,
  ) {
    super(sessionsViewId, { roots: [], rows: new Map() });
    this.own.add(lists.onDidChange(() => this.request()));
    const timer = setInterval(() => this.request(), timeIntervalMs);
    this.own.add(toDisposable(() => clearInterval(timer)));
    this.request();
  }

  /** Shows one more page of a group of sessions that have ended. */
  showMore(group: EndedGroupId): void {
    this.shown = { ...this.shown, [group]: (this.shown[group] ?? rowsPerPage) + rowsPerPage };
    this.request();
  }

  protected build(): TreeRows {
    return buildSessionsTree(this.lists.sessions, {
      nowMs: Date.now(),
      t: vscode.l10n.t,
      nameOf: this.options.nameOf,
      rootNameOf: rootName,
      shown: this.shown,
      unreadable: this.lists.roots.flatMap(({ root, broken }) =>
        broken.map((each) => ({ root: root.location.root, ...each })),
      ),
    });
  }

  protected updateSigns(): void {
    const { sessions, roots } = this.lists;
    const { keys } = this.options;
    const groups = new Set(sessions.map(groupOf));
    const hasAny = sessions.length > 0 || roots.some(({ broken }) => broken.length > 0);
    const isKnown = roots.every((each) => each.isKnown);
    const state = hasAny ? 'ready' : isKnown ? 'empty' : 'loading';
    keys.set(sessionContextKeys.sessionsState, roots.length === 0 ? 'none' : state);
    keys.set(sessionContextKeys.hasOpenSessions, groups.has('running') || groups.has('needs-you'));
    keys.set(sessionContextKeys.hasEndedSessions, groups.has('ended'));
    keys.set(sessionContextKeys.hasQuestions, groups.has('needs-you'));
    this.setBadge(sessionsBadge(sessions, vscode.l10n.t));
  }

  protected commandOf({ id }: TreeRow): vscode.Command {
    const { t } = vscode.l10n;
    const [open, more] = ['heddle.session.open', 'heddle.sessions.showMore'] as const;
    const group = groupOfMoreRow(id);
    return group === undefined
      ? { command: open satisfies SessionCommandId, title: t('Open Session'), arguments: [id] }
      : { command: more satisfies SessionCommandId, title: t('Show More'), arguments: [group] };
  }
}

/** The group that a command was given; undefined for anything else. */
export function parseEndedGroup(value: unknown): EndedGroupId | undefined {
  return endedGroupIds.find((group) => group === value || groupOfMoreRow(String(value)) === group);
}
