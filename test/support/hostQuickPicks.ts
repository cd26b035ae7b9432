import * as vscode from 'vscode';
import { eventually } from './eventually.ts';

/** A quick pick as the person sees it. */
export interface AskedPick {
  readonly title: string;
  readonly placeholder: string;
  readonly step: number | undefined;
  readonly items: readonly vscode.QuickPickItem[];
  /** What is checked at first. */
  readonly selected: readonly vscode.QuickPickItem[];
}

/** What is chosen of it; undefined closes it. */
export type PickAnswer = 'back' | readonly vscode.QuickPickItem[] | undefined;

/**
 * Does work while the answers come from a script, one for each time that a quick pick waits for one. A
 * quick pick beyond the last answer is closed. Returns what was asked.
 */
export async function withQuickPicks<T>(
  answers: readonly ((asked: AskedPick) => PickAnswer | Promise<PickAnswer>)[],
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly asked: readonly AskedPick[] }> {
  const asked: AskedPick[] = [];
  const left = [...answers];
  const real = vscode.window.createQuickPick;
  const next = async (pick: AskedPick): Promise<PickAnswer> => {
    asked.push(pick);
    return left.shift()?.(pick);
  };
  Object.assign(vscode.window, { createQuickPick: () => new ScriptedPick(next) });
  try {
    return { result: await work(), asked };
  } finally {
    Object.assign(vscode.window, { createQuickPick: real });
  }
}

/** The part of a quick pick that steps of a command use. */
class ScriptedPick {
  title = '';
  placeholder = '';
  step: number | undefined;
  totalSteps: number | undefined;
  busy = false;
  items: readonly vscode.QuickPickItem[] = [];
  selectedItems: readonly vscode.QuickPickItem[] = [];
  activeItems: readonly vscode.QuickPickItem[] = [];
  buttons: readonly unknown[] = [];
  private readonly accepted: (() => void)[] = [];
  private readonly triggered: (() => void)[] = [];
  private readonly hidden: (() => void)[] = [];
  private isDisposed = false;

  constructor(private readonly next: (pick: AskedPick) => Promise<PickAnswer>) {}

  onDidAccept = (listener: () => void): number => this.accepted.push(listener);
  onDidTriggerButton = (listener: () => void): number => this.triggered.push(listener);
  onDidHide = (listener: () => void): number => this.hidden.push(listener);

  show(): void {
    void this.answer();
  }

  dispose(): void {
    this.isDisposed = true;
  }

  private async answer(): Promise<void> {
    await eventually('the quick pick has its items', () => !this.busy || this.isDisposed);
    while (!this.isDisposed) {
      const { title, placeholder, step, items, selectedItems: selected } = this;
      const answer = await this.next({ title, placeholder, step, items, selected });
      if (answer === undefined || answer === 'back') {
        for (const listener of answer === 'back' ? this.triggered : this.hidden) listener();
        return;
      }
      this.selectedItems = answer;
      for (const listener of this.accepted) listener();
      // Whoever asked disposes of it only after the next turn, or asks again.
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
