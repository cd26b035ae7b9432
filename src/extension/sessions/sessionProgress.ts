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

/** Shows that agents work on sessions of this window: in the status bar what, and as the view's bar. */
export class SessionProgress implements Disposable {
  private readonly own = new DisposableStore();
  private shown: Shown | undefined;

  constructor(
    private readonly lists: Pick<SessionListSet, 'roots' | 'onDidChange'>,
    private readonly options: { readonly nameOf: (agent: string) => string },
  ) {
    this.own.add(lists.onDidChange(() => this.update()));
    this.own.add(toDisposable(() => this.shown?.end()));
  }

  dispose(): void {
    this.own.dispose();
  }

  private update(): void {
    const running = this.lists.roots.flatMap(({ root, sessions }) => {
      const folders = root.folders.map(({ uri }) => uri.fsPath);
      return sessions.filter(
        (session) => groupOf(session) === 'running' && concernsFolders(session, folders),
      );
    });
    const [first, ...others] = running;
    if (first === undefined) {
      this.shown?.end();
      this.shown = undefined;
      return;
    }
    this.shown ??= begin();
    this.shown.report(this.textOf(first, others.length));
  }

  private textOf(session: ListedSession, others: number): string {
    const { t } = vscode.l10n;
    const { record, digest } = session;
    const agent = this.options.nameOf(runOf(session)?.agent ?? '');
    const plan = digest.plan ? ` (${planText(digest.plan, t)})` : '';
    const text = `${agent}: ${stepText(record, digest, t)}${plan}`;
    // The status bar would make icons of some texts.
    const shown = toMessageText(text, maxLength);
    return others === 0 ? shown : t('{0} and {1} more sessions', shown, others);
  }
}

function begin(): Shown {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  let progress: vscode.Progress<{ message: string }> | undefined;
  void vscode.window.withProgress({ location: vscode.ProgressLocation.Window }, (given) => {
    progress = given;
    return ended;
  });
  void vscode.window.withProgress({ location: { viewId: sessionsViewId } }, () => ended);
  return { end: () => end(), report: (message) => progress?.report({ message }) };
}
