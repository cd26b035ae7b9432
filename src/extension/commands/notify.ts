import * as vscode from 'vscode';
import { toMessageText } from '../../presentation/plainText.ts';

/** A button of a notification. */
export interface NotificationAction {
  readonly title: string;
  /** Runs a command, which handles its own errors. */
  readonly run: () => Thenable<unknown>;
}

export type Severity = 'information' | 'warning' | 'error';

/** Longest text of a notification: enough for two sentences with a long path in them. */
const maxMessageLength = 600;

/**
 * Shows a notification and returns at once: a command is done before somebody presses a button. The
 * text may contain text from outside; nothing in it becomes a link.
 */
export function notify(
  severity: Severity,
  message: string,
  actions: readonly NotificationAction[] = [],
): void {
  const titles = actions.map(({ title }) => title);
  const text = toMessageText(message, maxMessageLength);
  void show(severity, text, titles).then((chosen) =>
    actions.find(({ title }) => title === chosen)?.run(),
  );
}

function show(
  severity: Severity,
  text: string,
  titles: readonly string[],
): Thenable<string | undefined> {
  switch (severity) {
    case 'information':
      return vscode.window.showInformationMessage(text, ...titles);
    case 'warning':
      return vscode.window.showWarningMessage(text, ...titles);
    case 'error':
      return vscode.window.showErrorMessage(text, ...titles);
  }
}

/** An action that runs a command. */
export function commandAction(
  title: string,
  command: string,
  ...args: readonly unknown[]
): NotificationAction {
  return { title, run: () => vscode.commands.executeCommand(command, ...args) };
}

/**
 * Asks in a dialog that cannot be overlooked. False unless the button was pressed.
 * @param detail lines below the question; they may contain text from outside
 */
export async function confirm(
  question: string,
  { detail, button }: { readonly detail: readonly string[]; readonly button: string },
): Promise<boolean> {
  const lines = detail.map((line) => toMessageText(line, maxMessageLength));
  const chosen = await vscode.window.showWarningMessage(
    toMessageText(question, maxMessageLength),
    { modal: true, detail: lines.join('\n') },
    button,
  );
  return chosen === button;
}
