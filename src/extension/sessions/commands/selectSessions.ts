import * as vscode from 'vscode';
import { SessionError } from '../../../core/sessions/sessionError.ts';
import { toPickText } from '../../../presentation/plainText.ts';
import type { ListedSession } from '../../../presentation/sessions/rows/listedSession.ts';
import {
  parseSessionElement,
  type SessionRef,
} from '../../../presentation/sessions/rows/sessionElement.ts';
import { sessionRow } from '../../../presentation/sessions/rows/sessionRow.ts';
import { notify } from '../../commands/notify.ts';
import { elementsOf } from '../../commands/selectAgents.ts';
import type { SessionServices } from '../sessionServices.ts';

export interface SessionSelection {
  /** Title of the quick pick. */
  readonly title: string;
  /** Said when there is no session to which the command applies. */
  readonly noneText: string;
  readonly applies?: ((session: ListedSession) => boolean) | undefined;
}

type Services = Pick<SessionServices, 'lists' | 'agents'>;

/**
 * The sessions of the rows that a command was given.
 * @throws SessionError `not-found` when the only one is not there any more
 */
export function givenSessions(
  { lists }: Services,
  args: readonly unknown[],
): readonly ListedSession[] {
  const refs = elementsOf(args)
    .map(parseSessionElement)
    .filter((ref) => ref !== undefined);
  const known = refs.map((ref) => lists.find(ref)).filter((session) => session !== undefined);
  const [first] = refs;
  if (known.length > 0 || first === undefined) return known;
  throw new SessionError({ code: 'not-found', sessionId: first.sessionId });
}

/**
 * The session of the row that a command was given, else the only one to which it applies, else the one
 * that the person picks; undefined when there is none, which is then said, or when they changed their
 * mind. @throws SessionError `not-found`
 */
export async function selectSession(
  services: Services,
  clicked: unknown,
  { title, noneText, applies = () => true }: SessionSelection,
): Promise<ListedSession | undefined> {
  const [given] = givenSessions(services, [clicked]);
  if (given) return given;
  const candidates = services.lists.sessions.filter(applies);
  const [only] = candidates;
  if (only === undefined) {
    notify('information', noneText);
    return undefined;
  }
  if (candidates.length === 1) return only;
  const newestFirst = candidates.toSorted(
    (a, b) => b.record.header.createdAtMs - a.record.header.createdAtMs,
  );
  const items = newestFirst.map((session) => toItem(session, services));
  const options = { title, placeHolder: title, matchOnDescription: true };
  return (await vscode.window.showQuickPick(items, options))?.session;
}

interface SessionItem extends vscode.QuickPickItem {
  readonly session: ListedSession;
}

/** The same words and the same icon as the session's row in the view. */
function toItem(session: ListedSession, { agents }: Services): SessionItem {
  const { t } = vscode.l10n;
  const { nameOf } = agents;
  const row = sessionRow(session, { t, nameOf, nowMs: Date.now(), parent: undefined });
  const color = row.color === undefined ? undefined : new vscode.ThemeColor(row.color);
  return {
    session,
    label: toPickText(row.label),
    description: toPickText(row.description),
    iconPath: new vscode.ThemeIcon(row.icon, color),
  };
}

export function refOf({ root, record }: ListedSession): SessionRef {
  return { root, sessionId: record.header.sessionId };
}
