import * as vscode from 'vscode';
import { deleteHistory } from '../../../node/sessions/sessionHistory.ts';
import {
  groupOf,
  sessionName,
  type ListedSession,
} from '../../../presentation/sessions/rows/listedSession.ts';
import type { CommandHandler } from '../../commands/commandServices.ts';
import { confirm, notify } from '../../commands/notify.ts';
import type { SessionServices } from '../sessionServices.ts';
import { givenSessions, selectSession } from './selectSessions.ts';

type Services = Pick<SessionServices, 'lists' | 'agents'>;

/** Deletes sessions that have ended. Resolves to `{deleted}`, their ids. */
export function createDeleteSessionCommand(services: Services): CommandHandler {
  return async (...args) => {
    const { t } = vscode.l10n;
    const given = givenSessions(services, args);
    const picked =
      given.length > 0
        ? undefined
        : await selectSession(services, undefined, {
            title: t('Delete which session?'),
            noneText: t('No session has ended yet.'),
            applies: hasEnded,
          });
    const sessions = (picked ? [picked] : given).filter(hasEnded);
    if (sessions.length > 0) return askAndDelete(services, sessions);
    if (given.length > 0) notify('information', t('A session that goes on is cancelled first.'));
    return undefined;
  };
}

/** Deletes all sessions that have ended. Resolves to `{deleted}`, their ids. */
export function createDeleteHistoryCommand(services: Services): CommandHandler {
  return async () => {
    // One that has just ended is meant too.
    await Promise.all(services.lists.roots.map((member) => member.refresh()));
    const sessions = services.lists.sessions.filter(hasEnded);
    if (sessions.length > 0) return askAndDelete(services, sessions);
    notify('information', vscode.l10n.t('No session has ended yet.'));
    return undefined;
  };
}

async function askAndDelete(
  { lists }: Pick<Services, 'lists'>,
  sessions: readonly ListedSession[],
): Promise<unknown> {
  const { t } = vscode.l10n;
  const [only] = sessions;
  const question =
    sessions.length === 1 && only
      ? t('Delete the session "{0}"?', sessionName(only, t))
      : t('Delete {0} sessions?', sessions.length);
  const detail = [t('What was asked, said and done in them is lost. Files stay as they are.')];
  if (!(await confirm(question, { detail, button: t('Delete') }))) return undefined;
  const deleted: string[] = [];
  const problems: string[] = [];
  for (const member of lists.roots) {
    const { root, folder } = member;
    const ofRoot = sessions.filter((session) => session.root === root.location.root);
    if (ofRoot.length === 0) continue;
    const only = ofRoot.map(({ record }) => record.header.sessionId);
    const outcome = await deleteHistory(folder, { probe: root.probe, only });
    deleted.push(...outcome.deleted);
    problems.push(...outcome.failed.map(({ problem }) => problem));
    await member.refresh();
  }
  const [problem] = problems;
  if (problem !== undefined) {
    notify('warning', t('{0} sessions could not be deleted. {1}', problems.length, problem));
  }
  return { deleted };
}

function hasEnded(session: ListedSession): boolean {
  return groupOf(session) === 'ended';
}
