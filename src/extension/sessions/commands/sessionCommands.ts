import * as vscode from 'vscode';
import type { RunSpec } from '../../../core/sessions/sessionSpec.ts';
import { SessionError } from '../../../core/sessions/sessionError.ts';
import { present } from '../../../core/sessions/fieldReaders.ts';
import { toPlainLine } from '../../../presentation/plainText.ts';
import {
  groupOf,
  runOf,
  sessionName,
  type ListedSession,
} from '../../../presentation/sessions/rows/listedSession.ts';
import type { CommandHandler } from '../../commands/commandServices.ts';
import { askText } from '../../commands/multiStepInput.ts';
import { notify } from '../../commands/notify.ts';
import type { RootRegistry } from '../../registrySet.ts';
import type { SessionServices } from '../sessionServices.ts';
import { promptProblem } from './askStart.ts';
import { givenSessions, refOf, selectSession } from './selectSessions.ts';
import { startSession } from './startCommands.ts';

const maxReasonLength = 1000;
const onlyStep = { step: 1, totalSteps: 1 };

/** Opens the page of a session. */
export function createOpenSessionCommand(
  services: Pick<SessionServices, 'lists' | 'agents' | 'panels'>,
): CommandHandler {
  return async (clicked) => {
    const { t } = vscode.l10n;
    const session = await selectSession(services, clicked, {
      title: t('Open which session?'),
      noneText: t('There are no sessions yet.'),
    });
    if (session === undefined) return undefined;
    services.panels.show(refOf(session));
    return { sessionId: session.record.header.sessionId };
  };
}

/** Cancels a session, with the reason that the person gives. `{detail}` says it without asking. */
export function createCancelSessionCommand(
  services: Pick<SessionServices, 'lists' | 'agents' | 'connections'>,
): CommandHandler {
  return async (clicked, given) => {
    const { t } = vscode.l10n;
    const session = await selectSession(services, clicked, {
      title: t('Cancel which session?'),
      noneText: t('No session is running.'),
      applies: (each) => groupOf(each) !== 'ended',
    });
    if (session === undefined) return undefined;
    const detail = textIn(given, 'detail') ?? (await askReason(session));
    if (detail === undefined) return undefined;
    const reason = detail.trim().slice(0, maxReasonLength);
    const attached = await services.connections.attach(refOf(session));
    await attached.cancel(present({ code: 'user', detail: reason === '' ? undefined : reason }));
    return { sessionId: session.record.header.sessionId };
  };
}

async function askReason(session: ListedSession): Promise<string | undefined> {
  const { t } = vscode.l10n;
  const answer = await askText(
    {
      title: t('Cancel "{0}"', sessionName(session, t)),
      prompt: t('Why? Whoever looks at it later reads this. Enter cancels the session.'),
      placeholder: t('No reason'),
      value: '',
      problemOf: () => undefined,
    },
    onlyStep,
  );
  return typeof answer === 'object' ? answer.text : undefined;
}

type StartServices = Pick<
  SessionServices,
  'lists' | 'agents' | 'registries' | 'starter' | 'panels'
>;

/** Starts the same anew: agent, prompt, folder, files and what it resumed. */
export function createRerunCommand(services: StartServices): CommandHandler {
  return async (clicked) => {
    const { t } = vscode.l10n;
    const session = await selectEnded(services, clicked, t('Run which session again?'));
    if (session === undefined) return undefined;
    const { agent, prompt, cwd, contextFiles, resumes } = expectRun(session);
    const root = expectRoot(services, session);
    return startSession({ root, agent, prompt, cwd, contextFiles, resumes }, services);
  };
}

/** Goes on with the conversation of a session that has ended. `{prompt}` says how without asking. */
export function createFollowUpCommand(services: StartServices): CommandHandler {
  return async (clicked, given) => {
    const { t } = vscode.l10n;
    const session = await selectEnded(services, clicked, t('Go on with which session?'));
    if (session === undefined) return undefined;
    if (groupOf(session) !== 'ended') {
      notify('information', t('The agent still works. Go on when it has stopped.'));
      return undefined;
    }
    const prompt = textIn(given, 'prompt') ?? (await askFollowUp(session));
    if (prompt === undefined) return undefined;
    const { agent, cwd } = expectRun(session);
    const { conversationId } = session.digest;
    const resumes = present({ sessionId: session.record.header.sessionId, conversationId });
    const root = expectRoot(services, session);
    return startSession({ root, agent, prompt, cwd, resumes }, services);
  };
}

async function askFollowUp(session: ListedSession): Promise<string | undefined> {
  const { t } = vscode.l10n;
  const answer = await askText(
    {
      title: t('Go on with "{0}"', sessionName(session, t)),
      prompt: toPlainLine(runOf(session)?.prompt ?? '', 200),
      placeholder: t('What shall the agent do next?'),
      value: '',
      problemOf: promptProblem,
    },
    onlyStep,
  );
  return typeof answer === 'object' ? answer.text : undefined;
}

/** Copies the ids of sessions, a line each. */
export function createCopySessionIdCommand(
  services: Pick<SessionServices, 'lists' | 'agents'>,
): CommandHandler {
  return async (...args) => {
    const { t } = vscode.l10n;
    const given = givenSessions(services, args);
    const picked =
      given.length > 0
        ? undefined
        : await selectSession(services, undefined, {
            title: t('Copy the id of which session?'),
            noneText: t('There are no sessions yet.'),
          });
    const sessions = picked ? [picked] : given;
    if (sessions.length === 0) return undefined;
    const text = sessions.map(({ record }) => record.header.sessionId).join('\n');
    await vscode.env.clipboard.writeText(text);
    vscode.window.setStatusBarMessage(t('Copied.'), 3000);
    return { text };
  };
}

function selectEnded(
  services: Pick<SessionServices, 'lists' | 'agents'>,
  clicked: unknown,
  title: string,
): Promise<ListedSession | undefined> {
  return selectSession(services, clicked, {
    title,
    noneText: vscode.l10n.t('No session has ended yet.'),
    applies: (each) => groupOf(each) === 'ended' && runOf(each) !== undefined,
  });
}

/** @throws SessionError `invalid-spec` */
function expectRun(session: ListedSession): RunSpec {
  const run = runOf(session);
  if (run) return run;
  throw new SessionError({ code: 'invalid-spec', reason: 'it is not known what was asked' });
}

/** @throws SessionError `not-found` */
function expectRoot(
  { registries }: Pick<SessionServices, 'registries'>,
  { root, record }: ListedSession,
): RootRegistry {
  const found = registries.get(root);
  if (found) return found;
  throw new SessionError({ code: 'not-found', sessionId: record.header.sessionId });
}

function textIn(given: unknown, field: 'detail' | 'prompt'): string | undefined {
  if (typeof given !== 'object' || given === null || !Object.hasOwn(given, field)) return undefined;
  const text = (given as Readonly<Record<string, unknown>>)[field];
  return typeof text === 'string' ? text : undefined;
}
