import * as vscode from 'vscode';
import { DisposableStore, toDisposable, type Disposable } from '../../base/lifecycle.ts';
import { toMessageText } from '../../presentation/plainText.ts';
import {
  groupOf,
  runOf,
  type ListedSession,
} from '../../presentation/sessions/rows/listedSession.ts';
import { planText } from '../../presentation/sessions/planProgress.ts';
import { stepText } from '../../presentation/sessions/sessionStep.ts';
import { sessionsViewId } from './sessionIds.ts';
import type { SessionListSet } from './sessionListSet.ts';
import { concernsFolders } from './windowConcern.ts';

interface Shown {
  readonly report: (message: string) => void;
  readonly end: () => void;
}

const maxLength = 80;

/**
 * Shows that agents work on sessions of this window: in the status bar what they do, and as the bar of the
 * view. That one would cover how many sessions wait for the person, so it is not there while some do.
 */
export class SessionProgress implements Disposable {
  private readonly own = new DisposableStore();
  private inStatusBar: Shown | undefined;
  private inView: Shown | undefined;

  constructor(
    private readonly lists: Pick<SessionListSet, 'roots' | 'onDidChange'>,
    private readonly options: { readonly nameOf: (agent: string) => string },
  ) {
    this.own.add(lists.onDidChange(() => this.update()));
    this.own.add(toDisposable(() => this.endAll()));
  }

  dispose(): void {
    this.own.dispose();
  }

  private update(): void {
    const sessions = this.lists.roots.flatMap(({ root, sessions: ofRoot }) => {
      const folders = root.folders.map(({ uri }) => uri.fsPath);
      return ofRoot.filter(
        (session) => groupOf(session) !== 'ended' && concernsFolders(session, folders),
      );
    });
    const running = sessions.filter((session) => groupOf(session) === 'running');
    const [first, ...others] = running;
    if (first === undefined) {
      this.endAll();
      return;
    }
    this.inStatusBar ??= begin(vscode.ProgressLocation.Window);
    this.inStatusBar.report(this.textOf(first, others.length));
    if (running.length === sessions.length) this.inView ??= begin({ viewId: sessionsViewId });
    else this.endInView();
  }

  private endAll(): void {
    this.inStatusBar?.end();
    this.inStatusBar = undefined;
    this.endInView();
  }

  private endInView(): void {
    this.inView?.end();
    this.inView = undefined;
  }

  private textOf(session: ListedSession, others: number): string {
    const { t } = vscode.l10n;
    const { record, digest } = session;
    const agent = this.options.nameOf(runOf(session)?.agent ?? '');
    const plan = digest.plan ? ` (${planText(digest.plan, t)})` : '';
    const text = `${agent}: ${stepText(record, digest, t)}${plan}`;
    // The status bar would make icons of some texts.
    const shown = toMessageText(text, maxLength);
    if (others === 0) return shown;
    return others === 1
      ? t('{0} and 1 more session', shown)
      : t('{0} and {1} more sessions', shown, others);
  }
}

function begin(location: vscode.ProgressOptions['location']): Shown {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  let progress: vscode.Progress<{ message: string }> | undefined;
  void vscode.window.withProgress({ location }, (given) => {
    progress = given;
    return ended;
  });
  return { end: () => end(), report: (message) => progress?.report({ message }) };
}
