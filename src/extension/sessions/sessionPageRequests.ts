import * as vscode from 'vscode';
import type { ResumePayload } from '../../core/sessions/resumePayload.ts';
import { toAgentElement } from '../../presentation/agentElement.ts';
import { runOf } from '../../presentation/sessions/rows/listedSession.ts';
import {
  toSessionElement,
  type SessionRef,
} from '../../presentation/sessions/rows/sessionElement.ts';
import type { Transcript } from '../../presentation/sessions/transcript.ts';
import { notify } from '../commands/notify.ts';
import type { VirtualTexts } from '../virtualTexts.ts';
import { responsesOfPage } from './page/pageAnswers.ts';
import type { SessionPageMessage } from './page/sessionPageMessage.ts';
import type { SessionCommandId } from './sessionIds.ts';
import { openSessionFile, showSessionDiff } from './sessionPageActions.ts';

/** The session of a page, as far as it is known. */
export interface PagedSession {
  readonly ref: SessionRef;
  readonly transcript: Transcript | undefined;
  readonly texts: Pick<VirtualTexts, 'add'>;
}

/** What was put in on a page and came to nothing. */
export interface NotTaken {
  readonly draft: string;
  readonly text: string;
}

type Request = Exclude<SessionPageMessage, { kind: 'ready' }>;
type Of<K extends Request['kind']> = Extract<Request, { kind: K }>;

/** Does what somebody asked for on a page; resolves to what is to be put back there. */
export async function carryOut(
  request: Request,
  session: PagedSession,
): Promise<NotTaken | undefined> {
  switch (request.kind) {
    case 'cancel':
      return command('heddle.session.cancel', session.ref);
    case 'rerun':
      return command('heddle.session.rerun', session.ref);
    case 'logIn':
      return command('heddle.session.logIn', session.ref);
    case 'copyId':
      return command('heddle.session.copyId', session.ref);
    case 'followUp':
      return followUp(session.ref, request.prompt);
    default: {
      const { transcript } = session;
      if (transcript) await look(request, { ...session, transcript });
      return undefined;
    }
  }
}

type KnownSession = PagedSession & { readonly transcript: Transcript };

async function look(
  request: Exclude<Request, Of<'cancel' | 'rerun' | 'logIn' | 'copyId' | 'followUp'>>,
  { ref, texts, transcript }: KnownSession,
): Promise<void> {
  switch (request.kind) {
    case 'showAgent': {
      const sessionId = transcript.digest.entryId;
      if (sessionId === undefined) return;
      const element = toAgentElement({ root: ref.root, sessionId });
      await vscode.commands.executeCommand('heddle.agent.showDetails', element);
      return;
    }
    case 'showEarlier': {
      const sessionId = runOf(transcript)?.resumes?.sessionId;
      if (sessionId !== undefined) await command('heddle.session.open', { ...ref, sessionId });
      return;
    }
    case 'openFile':
      return openSessionFile(transcript, request, ref.root);
    case 'showDiff':
      return showSessionDiff(transcript, request, texts);
    case 'answer':
      return answer(request, { ref, transcript });
  }
}

async function answer(
  { entry, answers }: Of<'answer'>,
  { ref, transcript }: Pick<KnownSession, 'ref' | 'transcript'>,
): Promise<void> {
  const { t } = vscode.l10n;
  const { entries, openQuestionId, record } = transcript;
  const found = entries.find(({ id }) => id === entry && id === openQuestionId);
  const given =
    found?.kind === 'question'
      ? responsesOfPage(found.questions, answers)
      : ({ kind: 'outdated' } as const);
  switch (given.kind) {
    case 'outdated':
      return void notify('information', t('This is not asked any more.'));
    case 'incomplete':
      return void notify('warning', t('"{0}" does not take what is in it.', given.label));
    case 'complete': {
      const { state } = record;
      const [first] = given.responses;
      const isSingle = state.state === 'paused' && state.pause.kind === 'single';
      const payload: ResumePayload =
        isSingle && first
          ? { kind: 'single', ...first }
          : { kind: 'batch', responses: given.responses };
      await command('heddle.session.answer', ref, payload);
    }
  }
}

async function followUp(ref: SessionRef, prompt: string): Promise<NotTaken | undefined> {
  const id: SessionCommandId = 'heddle.session.followUp';
  const result: unknown = await vscode.commands.executeCommand(id, toSessionElement(ref), {
    prompt,
  });
  const isStarted = typeof result === 'object' && result !== null && 'sessionId' in result;
  return isStarted ? undefined : { draft: 'follow-up', text: prompt };
}

async function command(
  id: SessionCommandId,
  ref: SessionRef,
  ...more: readonly unknown[]
): Promise<undefined> {
  await vscode.commands.executeCommand(id, toSessionElement(ref), ...more);
}
