import * as vscode from 'vscode';
import type { ReserveResult } from '../../src/extension/commands/threadCommands.ts';
import { run } from './hostWorld.ts';

/** How the person at the window answers while some work is done. */
export interface PersonScript {
  /** Whether the button of a modal question is pressed. No by default. */
  readonly confirms?: boolean;
  /** What is chosen of a quick pick; undefined gives up, which is the default. */
  readonly picks?: (items: readonly vscode.QuickPickItem[]) => unknown;
  /** The title of a notification's button that is pressed, when there is one. */
  readonly presses?: string;
  /** What is typed into input boxes and accepted; undefined gives up, which is the default. */
  readonly types?: string;
}

/** What the person was shown meanwhile. */
export interface Shown {
  readonly questions: { readonly text: string; readonly detail: string | undefined }[];
  readonly notifications: { readonly text: string; readonly buttons: readonly string[] }[];
  readonly picks: (readonly vscode.QuickPickItem[])[];
  /** What input boxes asked, with what they said of the answer. */
  readonly inputs: { readonly prompt: string; readonly problem: string | undefined }[];
}

/**
 * Does work with a person who answers by a script. A host under test refuses to show a modal dialog,
 * so dialogs and notifications end here; that they look right is for the tests of the interface.
 */
export async function withPerson<T>(
  script: PersonScript,
  work: (shown: Shown) => Promise<T>,
): Promise<{ readonly result: T; readonly shown: Shown }> {
  const shown: Shown = { questions: [], notifications: [], picks: [], inputs: [] };
  const names = [
    'showInformationMessage',
    'showWarningMessage',
    'showErrorMessage',
    'showQuickPick',
    'createInputBox',
  ] as const;
  const real = Object.fromEntries(names.map((name) => [name, vscode.window[name]]));
  const message = (text: string, ...rest: readonly unknown[]): Promise<unknown> =>
    Promise.resolve(answer(script, shown, text, rest));
  Object.assign(vscode.window, {
    showInformationMessage: message,
    showWarningMessage: message,
    showErrorMessage: message,
    showQuickPick: async (items: unknown) => {
      const list = (await items) as readonly vscode.QuickPickItem[];
      shown.picks.push(list);
      return script.picks?.(list);
    },
    createInputBox: () => fakeInputBox(script, shown),
  });
  try {
    return { result: await work(shown), shown };
  } finally {
    Object.assign(vscode.window, real);
  }
}

/** An input box in which the script's text is typed and accepted, or which is closed at once. */
function fakeInputBox({ types }: PersonScript, shown: Shown): unknown {
  const heard: Record<'change' | 'accept' | 'hide', Listener> = {
    change: ignore,
    accept: ignore,
    hide: ignore,
  };
  const box = {
    title: '',
    prompt: '',
    value: '',
    validationMessage: undefined as string | undefined,
    onDidChangeValue: (listener: Listener) => (heard.change = listener),
    onDidAccept: (listener: Listener) => (heard.accept = listener),
    onDidHide: (listener: Listener) => (heard.hide = listener),
    onDidTriggerButton: ignore,
    dispose: ignore,
    show: () => {
      if (types !== undefined) {
        box.value = types;
        heard.change(types);
        heard.accept('');
      }
      shown.inputs.push({ prompt: box.prompt, problem: box.validationMessage });
      heard.hide('');
    },
  };
  return box;
}

type Listener = (text: string) => void;

function ignore(): void {
  // Nobody listens yet.
}

/** Takes a thread for the person at this window, without a word to them. */
export async function reserveAsPerson(thread: string, task?: string): Promise<ReserveResult> {
  const work = (): Promise<ReserveResult> => run('heddle.thread.reserve', { thread, task });
  return (await withPerson({}, work)).result;
}

function answer(
  script: PersonScript,
  shown: Shown,
  text: string,
  rest: readonly unknown[],
): string | undefined {
  const options = rest.find((each): each is vscode.MessageOptions => typeof each === 'object');
  const buttons = rest.filter((each): each is string => typeof each === 'string');
  if (options?.modal === true) {
    shown.questions.push({ text, detail: options.detail });
    return script.confirms === true ? buttons[0] : undefined;
  }
  shown.notifications.push({ text, buttons });
  return buttons.find((button) => button === script.presses);
}
