import * as vscode from 'vscode';
import { parseResumePayload } from '../../../core/sessions/resumePayload.ts';
import { SessionError } from '../../../core/sessions/sessionError.ts';
import { groupOf, sessionName } from '../../../presentation/sessions/rows/listedSession.ts';
import type { CommandHandler } from '../../commands/commandServices.ts';
import type { SessionServices } from '../sessionServices.ts';
import { askAnswers } from './askAnswers.ts';
import { refOf, selectSession } from './selectSessions.ts';

/** Answers what a session asks: what it is given, else what the person says. Resolves to `{sessionId}`. */
export function createAnswerCommand(
  services: Pick<SessionServices, 'lists' | 'agents' | 'connections'>,
): CommandHandler {
  return async (clicked, given) => {
    const { t } = vscode.l10n;
    const session = await selectSession(services, clicked, {
      title: t('Answer which session?'),
      noneText: t('No session asks anything.'),
      applies: (each) => groupOf(each) === 'needs-you',
    });
    if (session === undefined) return undefined;
    const { state } = session.record;
    // From a row, the second argument is the list of selected rows.
    const isPayload = typeof given === 'object' && given !== null && 'kind' in given;
    if (state.state !== 'paused' && !isPayload) {
      throw new SessionError({ code: 'not-paused', actual: state.state });
    }
    const title = sessionName(session, t);
    const { cwd } = session.digest;
    const payload =
      isPayload || state.state !== 'paused'
        ? parseResumePayload(given)
        : await askAnswers(state.pause, { title, cwd });
    if (payload === undefined) return undefined;
    const attached = await services.connections.attach(refOf(session));
    await attached.resume(payload);
    return { sessionId: session.record.header.sessionId };
  };
}
