import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import type { PauseInfo } from '../../core/sessions/pause.ts';
import type { ResumePayload } from '../../core/sessions/resumePayload.ts';
import { toMessageText, toPlainLine } from '../../presentation/plainText.ts';
import {
  groupOf,
  runOf,
  type ListedSession,
} from '../../presentation/sessions/rows/listedSession.ts';
import {
  toSessionElement,
  type SessionRef,
} from '../../presentation/sessions/rows/sessionElement.ts';
import { isLogInNeeded } from '../../presentation/sessions/logInNeeded.ts';
import { endSentence } from '../../presentation/sessions/sessionWords.ts';
import { questionMessage, shownQuestion } from '../../presentation/sessions/shownQuestion.ts';
import { commandAction, notify, type NotificationAction } from '../commands/notify.ts';
import type { SessionAgents } from './sessionAgents.ts';
import type { SessionCommandId } from './sessionIds.ts';
import type { SessionListChange, SessionListSet } from './sessionListSet.ts';
import { ToldQuestions, type ToldMemory } from './toldQuestions.ts';
import { concernsFolders } from './windowConcern.ts';

export interface SessionNoticesOptions {
  readonly memory: ToldMemory;
  readonly agents: Pick<SessionAgents, 'nameOf' | 'logInOf'>;
  /** Whether the person looks at the page of a session just now. */
  readonly isSeen: (ref: SessionRef) => boolean;
}

const maxButtons = 3;
const maxButtonLength = 40;

/**
 * Tells of each question once, with its answers as buttons, and of sessions that failed while this window
 * was open. Only in windows that show where the agent works, and never in a restricted one.
 */
export class SessionNotices implements Disposable {
  private readonly own = new DisposableStore();
  private readonly told: ToldQuestions;
  /** Sessions that were seen before they ended. */
  private readonly open = new Set<string>();

  constructor(
    private readonly lists: Pick<SessionListSet, 'roots' | 'onDidChange'>,
    private readonly options: SessionNoticesOptions,
  ) {
    this.told = new ToldQuestions(options.memory);
    this.own.add(lists.onDidChange((change) => this.look(change)));
    this.own.add(vscode.workspace.onDidGrantWorkspaceTrust(() => this.look()));
  }

  dispose(): void {
    this.own.dispose();
  }

  /** At what has changed, or at everything. */
  private look({ root: changed, sessionIds }: Partial<SessionListChange> = {}): void {
    if (!vscode.workspace.isTrusted) return;
    for (const member of this.lists.roots) {
      if (changed !== undefined && member.root.location.root !== changed) continue;
      const folders = member.root.folders.map(({ uri }) => uri.fsPath);
      const sessions = sessionIds ? [...sessionIds].map((id) => member.get(id)) : member.sessions;
      for (const session of sessions) {
        if (session && concernsFolders(session, folders)) this.lookAt(session);
      }
    }
  }

  private lookAt(session: ListedSession): void {
    const { root, record } = session;
    const ref = { root, sessionId: record.header.sessionId };
    const element = toSessionElement(ref);
    if (groupOf(session) !== 'ended') this.open.add(element);
    else if (this.open.delete(element) && record.state.state === 'failed') {
      if (!this.options.isSeen(ref)) this.tellFailure(session, element);
    }
    if (record.state.state !== 'paused' || groupOf(session) !== 'needs-you') return;
    const { pause } = record.state;
    const [first] = pause.prompts;
    if (first === undefined || !this.told.add(`${element} ${first.queryId}`)) return;
    if (!this.options.isSeen(ref)) this.tellQuestion(session, pause, element);
  }

  private tellQuestion(session: ListedSession, pause: PauseInfo, element: string): void {
    const { t } = vscode.l10n;
    const [first] = pause.prompts;
    if (first === undefined) return;
    const agent = this.nameOf(session);
    const message = questionMessage(shownQuestion(first, session.digest.cwd), { agent, t });
    const open: SessionCommandId = 'heddle.session.open';
    notify('information', message, [
      ...answerActions(pause, element),
      commandAction(t('Open Session'), open, element),
    ]);
  }

  private tellFailure(session: ListedSession, element: string): void {
    const { t } = vscode.l10n;
    const action = (title: string, id: SessionCommandId): NotificationAction =>
      commandAction(title, id, element);
    const sentence = endSentence(session.record.state, t) ?? '';
    const { identity } = runOf(session) ?? {};
    notify('warning', t('{0}: {1}', this.nameOf(session), sentence), [
      ...(this.canLogIn(session) ? [action(t('Log In'), 'heddle.session.logIn')] : []),
      action(t('Open Session'), 'heddle.session.open'),
      // A named agent goes on with its own conversation; its owner brings it what is to be done.
      ...(identity === undefined ? [action(t('Run Again'), 'heddle.session.rerun')] : []),
    ]);
  }

  private canLogIn(session: ListedSession): boolean {
    const agent = runOf(session)?.agent;
    const { state } = session.record;
    if (agent === undefined || state.state !== 'failed') return false;
    return isLogInNeeded(state.failure) && this.options.agents.logInOf(agent) !== undefined;
  }

  private nameOf(session: ListedSession): string {
    const { agent, identity } = runOf(session) ?? {};
    const { t } = vscode.l10n;
    if (identity !== undefined) return toPlainLine(identity, 60);
    return agent === undefined ? t('An agent') : toPlainLine(this.options.agents.nameOf(agent), 60);
  }
}

/** A button for each option of a single question, where a person can tell them apart. */
function answerActions(
  { kind, prompts }: PauseInfo,
  element: string,
): readonly NotificationAction[] {
  const [prompt] = prompts;
  const options = prompt?.options ?? [];
  if (kind !== 'single' || prompt === undefined || options.length > maxButtons) return [];
  const titles = options.map(({ label }) => toMessageText(label, maxButtonLength));
  const isClear = titles.every((title, i) => title !== '' && titles.indexOf(title) === i);
  const taken = vscode.l10n.t('Open Session');
  if (!isClear || titles.includes(taken)) return [];
  const answer: SessionCommandId = 'heddle.session.answer';
  return options.map(({ id }, i) => {
    const response = { kind: 'option', optionId: id } as const;
    const payload: ResumePayload = { kind, queryId: prompt.queryId, response };
    return commandAction(titles[i] ?? '', answer, element, payload);
  });
}
