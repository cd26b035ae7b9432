import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../base/lifecycle.ts';
import { keystrokeWarning } from '../presentation/othersHoldText.ts';
import { commandAction, notify } from './commands/notify.ts';
import type { CommandId } from './ids.ts';
import type { OthersHold, OthersHolds } from './othersHolds.ts';
import type { Typing } from './typing.ts';

/** Warned of longer ago is forgotten. */
const maxRemembered = 1000;

/** Warns at the first keystroke in a file that somebody else holds, once for each lock. */
export class EditorGuardWarning implements Disposable {
  private readonly own = new DisposableStore();
  private readonly warned = new Set<string>();

  constructor({
    othersHolds,
    typing,
  }: {
    readonly othersHolds: Pick<OthersHolds, 'of'>;
    readonly typing: Pick<Typing, 'onDidType'>;
  }) {
    this.own.add(
      typing.onDidType(({ uri }) => {
        const hold = othersHolds.of(uri);
        if (hold) this.warnOnce(uri, hold);
      }),
    );
  }

  dispose(): void {
    this.own.dispose();
  }

  private warnOnce(uri: vscode.Uri, hold: OthersHold): void {
    const key = `${hold.held.lock.token}@${hold.root.root.location.root}`;
    if (this.warned.has(key)) return;
    this.warned.add(key);
    const [oldest] = this.warned;
    if (this.warned.size > maxRemembered && oldest !== undefined) this.warned.delete(oldest);
    warn(uri, hold);
  }
}

function warn(uri: vscode.Uri, hold: OthersHold): void {
  const { t } = vscode.l10n;
  const action = (title: string, command: CommandId): ReturnType<typeof commandAction> =>
    commandAction(title, command, uri);
  notify('warning', keystrokeWarning(hold, { nowMs: Date.now(), t }), [
    action(t('Tell Me When Free'), 'heddle.file.tellWhenFree'),
    action(t('Show Holder'), 'heddle.file.showHolder'),
    ...(vscode.workspace.isTrusted ? [action(t('Break Lock…'), 'heddle.file.breakLock')] : []),
  ]);
}
