import * as vscode from 'vscode';
import { Emitter } from '../base/event.ts';
import { DisposableStore, type Disposable } from '../base/lifecycle.ts';
import { harnessOfCommandLine } from '../core/harness/discovery/terminalCommand.ts';
import type { RunningCommand } from '../node/discovery/discoverAgents.ts';

interface RunningAgent extends RunningCommand {
  readonly terminal: vscode.Terminal;
}

/** The commands that run in terminals of this window now and start a coding agent. */
export class TerminalAgents implements Disposable {
  private readonly own = new DisposableStore();
  private readonly _onDidChange = this.own.add(new Emitter<undefined>());
  readonly onDidChange = this._onDidChange.event;
  private readonly running = new Map<vscode.TerminalShellExecution, RunningAgent>();
  private nextId = 1;

  constructor() {
    const { window } = vscode;
    this.own.add(window.onDidStartTerminalShellExecution((event) => void this.add(event)));
    this.own.add(window.onDidEndTerminalShellExecution(({ execution }) => this.remove(execution)));
    this.own.add(
      window.onDidCloseTerminal((closed) => {
        for (const [execution, { terminal }] of this.running) {
          if (terminal === closed) this.remove(execution);
        }
      }),
    );
  }

  get commands(): readonly RunningCommand[] {
    return [...this.running.values()];
  }

  /** The terminal of a command; undefined when the command has ended. */
  terminalOf(id: string): vscode.Terminal | undefined {
    return [...this.running.values()].find((each) => each.id === id)?.terminal;
  }

  dispose(): void {
    this.own.dispose();
  }

  private async add({
    terminal,
    execution,
  }: vscode.TerminalShellExecutionStartEvent): Promise<void> {
    const { commandLine, cwd } = execution;
    if (harnessOfCommandLine(commandLine.value) === undefined) return;
    const id = String(this.nextId);
    this.nextId += 1;
    const running = {
      ...{ id, terminal, commandLine: commandLine.value, startedAtMs: Date.now() },
      cwd: cwd?.scheme === 'file' ? cwd.fsPath : undefined,
    };
    // Before the first wait, so that an end that comes at once finds it.
    this.running.set(execution, { ...running, shellPid: undefined });
    const shellPid = await terminal.processId;
    if (this.running.has(execution)) this.running.set(execution, { ...running, shellPid });
    this._onDidChange.fire(undefined);
  }

  private remove(execution: vscode.TerminalShellExecution): void {
    if (this.running.delete(execution)) this._onDidChange.fire(undefined);
  }
}
