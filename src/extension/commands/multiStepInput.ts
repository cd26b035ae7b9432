import * as vscode from 'vscode';

/** Where a step stands among all. */
export interface StepPlace {
  /** From 1. */
  readonly step: number;
  readonly totalSteps: number;
}

/** Asks for one thing and adds it to what is known; undefined when the person gave up. */
export type InputStep<T> = (known: T, place: StepPlace) => Promise<T | 'back' | undefined>;

/**
 * Runs the steps one after another; going back keeps what was entered. Undefined when the person gave
 * up at any of them.
 */
export async function runSteps<T>(
  steps: readonly InputStep<T>[],
  initial: T,
): Promise<T | undefined> {
  let known = initial;
  for (let at = 0; at < steps.length;) {
    const answer = await steps[at]?.(known, { step: at + 1, totalSteps: steps.length });
    if (answer === undefined) return undefined;
    if (answer === 'back') {
      at = Math.max(0, at - 1);
      continue;
    }
    known = answer;
    at += 1;
  }
  return known;
}

export interface TextQuestion {
  readonly title: string;
  readonly prompt: string;
  readonly placeholder: string;
  readonly value: string;
  /** Why a text will not do; undefined when it will. */
  readonly problemOf: (text: string) => string | undefined;
}

/** Asks for a text that has no problem. */
export async function askText(
  question: TextQuestion,
  place: StepPlace,
): Promise<{ readonly text: string } | 'back' | undefined> {
  const input = vscode.window.createInputBox();
  prepare(input, question.title, place);
  input.prompt = question.prompt;
  input.placeholder = question.placeholder;
  input.value = question.value;
  // A problem is told when there is one to correct, not before anything was typed.
  input.onDidChangeValue((text) => {
    input.validationMessage = question.problemOf(text);
  });
  return answerOf(input, () => {
    input.validationMessage = question.problemOf(input.value);
    return input.validationMessage === undefined ? { text: input.value } : undefined;
  });
}

/** Asks for one of several. */
export async function askChoice<T extends vscode.QuickPickItem>(
  question: {
    readonly title: string;
    readonly items: readonly T[];
    readonly active?: T | undefined;
    /** Shown instead of the title while nothing is typed. */
    readonly placeholder?: string | undefined;
    /** False for what is no answer: it is only asked for, and the question stays. */
    readonly isAnswer?: ((item: T) => boolean) | undefined;
  },
  place: StepPlace,
): Promise<T | 'back' | undefined> {
  const input = vscode.window.createQuickPick<T>();
  prepare(input, question.title, place);
  input.placeholder = question.placeholder ?? question.title;
  input.matchOnDescription = true;
  input.items = question.items;
  if (question.active) input.activeItems = [question.active];
  return answerOf(input, () => {
    const [item] = input.selectedItems;
    return item === undefined || question.isAnswer?.(item) === false ? undefined : item;
  });
}

/** Asks for one or more of several, which may take a moment to be known. */
export async function askChoices<T extends vscode.QuickPickItem>(
  question: {
    readonly title: string;
    readonly placeholder: string;
    readonly items: Promise<readonly T[]>;
    /** Those that are checked at first. */
    readonly isChecked: (item: T) => boolean;
  },
  place: StepPlace,
): Promise<readonly T[] | 'back' | undefined> {
  const input = vscode.window.createQuickPick<T>();
  prepare(input, question.title, place);
  input.placeholder = question.placeholder;
  input.canSelectMany = true;
  input.matchOnDescription = true;
  input.busy = true;
  const failed = new Promise<never>((_resolve, reject) => {
    question.items.then((items) => {
      input.busy = false;
      input.items = items;
      input.selectedItems = items.filter(question.isChecked);
    }, reject);
  });
  const answered = answerOf(input, () =>
    input.selectedItems.length === 0 ? undefined : input.selectedItems,
  );
  try {
    return await Promise.race([answered, failed]);
  } finally {
    input.dispose();
  }
}

function prepare(input: vscode.QuickInput, title: string, { step, totalSteps }: StepPlace): void {
  input.title = title;
  // A single question is no sequence.
  if (totalSteps > 1) Object.assign(input, { step, totalSteps });
  input.ignoreFocusOut = true;
}

interface AnswerableInput extends vscode.QuickInput {
  buttons: readonly vscode.QuickInputButton[];
  readonly onDidAccept: vscode.Event<void>;
  readonly onDidTriggerButton: vscode.Event<vscode.QuickInputButton>;
}

/** Shows the input until there is an answer; it is disposed afterwards. */
async function answerOf<T>(
  input: AnswerableInput,
  accept: () => T | undefined,
): Promise<T | 'back' | undefined> {
  if ((input.step ?? 1) > 1) input.buttons = [vscode.QuickInputButtons.Back];
  try {
    return await new Promise<T | 'back' | undefined>((resolve) => {
      input.onDidAccept(() => {
        const answer = accept();
        if (answer !== undefined) resolve(answer);
      });
      input.onDidTriggerButton(() => resolve('back'));
      input.onDidHide(() => resolve(undefined));
      input.show();
    });
  } finally {
    input.dispose();
  }
}
