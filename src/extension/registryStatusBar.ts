import * as vscode from 'vscode';
import { runAndSubscribe } from '../base/event.ts';
import { DisposableStore, toDisposable, type Disposable } from '../base/lifecycle.ts';
import { toAgentElement } from '../presentation/agentElement.ts';
import type { AgentActivities } from './agentActivities.ts';
import { appendPlain } from './markdownTooltip.ts';
import {
  registryStatus,
  type AgentInNeed,
  type RegistryStatus,
} from '../presentation/registryStatus.ts';
import { isEmptyChange, type LockPictures } from './lockPictures.ts';
import { isMereBeat, type RegistrySet } from './registrySet.ts';

/** What agents do is counted this much later, all of it at once: some do ten things a second. */
const activityDelayMs = 100;
/** How often ages are told anew. */
const ageIntervalMs = 30_000;

/** Most agents of one kind that the tooltip lists one by one. */
const maxListed = 10;
const tooltipCommands = [
  'heddle.agents.reap',
  'heddle.agent.showDetails',
  'heddle.agents.focus',
  'heddle.locks.focus',
];

/** Agents alive, what is locked, and a warning while a person is needed. A click focuses the view. */
export class RegistryStatusBar implements Disposable {
  private readonly own = new DisposableStore();
  private readonly item: vscode.StatusBarItem;
  private shown: string | undefined;
  private pendingTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly registries: RegistrySet,
    private readonly locks: Pick<LockPictures, 'onDidChange' | 'totals'>,
    private readonly activities?: Pick<AgentActivities, 'nowIn' | 'onDidChange'>,
  ) {
    this.item = this.own.add(
      vscode.window.createStatusBarItem('heddle.agents', vscode.StatusBarAlignment.Left, 20),
    );
    this.item.name = vscode.l10n.t('Heddle Agents');
    this.item.command = 'heddle.agents.focus';
    this.own.add(
      vscode.workspace.onDidGrantWorkspaceTrust(() => {
        this.shown = undefined;
        this.update();
      }),
    );
    this.own.add(
      locks.onDidChange(({ changed }) => void (isEmptyChange(changed) || this.update())),
    );
    if (activities) {
      this.own.add(activities.onDidChange(({ isDoing }) => void (isDoing && this.updateSoon())));
    }
    this.own.add(toDisposable(() => clearTimeout(this.pendingTimer)));
    const timer = setInterval(() => this.update(), ageIntervalMs);
    this.own.add(toDisposable(() => clearInterval(timer)));
    this.own.add(
      runAndSubscribe(registries.onDidChange, (event) => {
        if (!isMereBeat(event)) this.update();
      }),
    );
  }

  dispose(): void {
    this.own.dispose();
  }

  private updateSoon(): void {
    this.pendingTimer ??= setTimeout(() => this.update(), activityDelayMs);
  }

  private update(): void {
    clearTimeout(this.pendingTimer);
    this.pendingTimer = undefined;
    const snapshots = this.registries.roots.map((root) => root.snapshot);
    const status = registryStatus(snapshots, {
      nowMs: Date.now(),
      t: vscode.l10n.t,
      locks: this.locks.totals,
      ...(this.activities && { nowIn: (root) => this.activities?.nowIn(root) ?? new Map() }),
    });
    const key = JSON.stringify(status);
    if (key === this.shown) return;
    this.shown = key;

    this.item.text = status.text;
    this.item.tooltip = tooltipOf(status);
    this.item.accessibilityInformation = { label: status.accessibleText };
    this.item.backgroundColor = status.isWarning
      ? new vscode.ThemeColor('statusBarItem.warningBackground')
      : undefined;
    if (status.isVisible) this.item.show();
    else this.item.hide();
  }
}

function tooltipOf(status: RegistryStatus): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString('', false);
  // Only these commands may be linked, and only by us: text from outside is appended escaped.
  markdown.isTrusted = { enabledCommands: tooltipCommands };
  appendPlain(markdown, status.accessibleText);
  markdown.appendMarkdown('\n\n');
  // Who waits comes first: that is the shorter way to get work going again.
  for (const agents of [status.waiting, status.deadReservations]) appendAgents(markdown, agents);
  if (status.hasLocks) {
    const link = commandLink('heddle.locks.focus', []);
    markdown.appendMarkdown(`\n[${vscode.l10n.t('Show File Locks')}](${link})\n`);
  }
  if (status.deadReservations.length > 0 && vscode.workspace.isTrusted) {
    markdown.appendMarkdown(
      `\n[${vscode.l10n.t('Reap Dead…')}](${commandLink('heddle.agents.reap', [])})`,
    );
  }
  return markdown;
}

function appendAgents(markdown: vscode.MarkdownString, agents: readonly AgentInNeed[]): void {
  for (const agent of agents.slice(0, maxListed)) {
    const details = commandLink('heddle.agent.showDetails', [toAgentElement(agent)]);
    markdown.appendMarkdown('- ');
    appendPlain(markdown, agent.text);
    markdown.appendMarkdown(` [${vscode.l10n.t('Show Details')}](${details})\n`);
  }
  if (agents.length > maxListed) {
    markdown.appendMarkdown(`- ${vscode.l10n.t('{0} more', agents.length - maxListed)}\n`);
  }
}

function commandLink(command: string, args: readonly unknown[]): string {
  return `command:${command}?${encodeURIComponent(JSON.stringify(args))}`;
}
