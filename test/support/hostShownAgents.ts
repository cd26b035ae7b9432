import * as vscode from 'vscode';
import { DisposableStore } from '../../src/base/lifecycle.ts';
import { AgentActivities } from '../../src/extension/agentActivities.ts';
import { AgentsView } from '../../src/extension/agentsView.ts';
import { LockSet } from '../../src/extension/lockSet.ts';
import { RegistrySet } from '../../src/extension/registrySet.ts';
import { HostedAgents } from '../../src/extension/sessions/hostedAgents.ts';
import { SessionListSet } from '../../src/extension/sessions/sessionListSet.ts';
import { SessionSet } from '../../src/extension/sessionSet.ts';
import { SpendingWatch } from '../../src/extension/spendingWatch.ts';
import { UsageSet } from '../../src/extension/usageSet.ts';
import { eventually } from './eventually.ts';
import type { HostRegistry } from './hostWorld.ts';

/** What the window is made of, for the workspace of this host, with what it shows. */
export class ShownAgents {
  private readonly own = new DisposableStore();
  readonly warnings: string[] = [];
  badge: vscode.ViewBadge | undefined;
  private readonly view: AgentsView;
  private readonly kept = new Map<string, unknown>();

  constructor(registry: HostRegistry) {
    const logger = this.own.add(vscode.window.createOutputChannel('agents at work', { log: true }));
    const registries = this.own.add(new RegistrySet(logger));
    const locks = this.own.add(new LockSet(registries, logger));
    const sessions = this.own.add(new SessionSet(registries, logger));
    const usage = this.own.add(new UsageSet(registries, { sessions, locks, logger }));
    const state = {
      keys: () => [...this.kept.keys()],
      get: (key: string) => this.kept.get(key),
      update: (key: string, value: unknown) => Promise.resolve(void this.kept.set(key, value)),
    } as vscode.Memento;
    const spending = this.own.add(new SpendingWatch(registries, { usage, state, logger }));
    const hosted = this.own.add(
      new HostedAgents(this.own.add(new SessionListSet(registries, logger)), logger),
    );
    const activities = this.own.add(
      new AgentActivities({ sessions, hosted, usage, spending, logger }),
    );
    const { createTreeView: realView, showWarningMessage: realWarning } = vscode.window;
    Object.assign(vscode.window, { createTreeView: () => this.fakeView() });
    this.view = this.own.add(new AgentsView(registries, locks, activities));
    Object.assign(vscode.window, {
      createTreeView: realView,
      showWarningMessage: (text: string) => {
        this.warnings.push(text);
        return Promise.resolve(undefined);
      },
    });
    this.own.add({
      dispose: () => Object.assign(vscode.window, { showWarningMessage: realWarning }),
    });
    registries.open();
    this.element = (sessionId) => registry.element(sessionId);
  }

  private readonly element: (sessionId: string) => string;

  get badgeText(): string | undefined {
    return this.badge?.tooltip;
  }

  row(sessionId: string): string {
    return String(this.view.getTreeItem(this.element(sessionId)).description ?? '');
  }

  tooltip(sessionId: string): string {
    const element = this.element(sessionId);
    const { tooltip } = this.view.resolveTreeItem(this.view.getTreeItem(element), element);
    const text = tooltip instanceof vscode.MarkdownString ? tooltip.value : (tooltip ?? '');
    return text.replaceAll(/&nbsp;|\u00a0/g, ' ').replaceAll('\\', '');
  }

  async until(sessionId: string, expected: RegExp): Promise<void> {
    try {
      await eventually(`its row is ${expected}`, () => expected.test(this.row(sessionId)));
    } catch (cause) {
      throw new Error(`the row is "${this.row(sessionId)}", not ${expected}`, { cause });
    }
  }

  async untilTooltip(sessionId: string, expected: RegExp): Promise<void> {
    try {
      await eventually(`its tooltip is`, () => expected.test(this.tooltip(sessionId)));
    } catch (cause) {
      throw new Error(`the tooltip is\n${this.tooltip(sessionId)}`, { cause });
    }
  }

  dispose(): void {
    this.own.dispose();
  }

  private fakeView(): object {
    return Object.defineProperty({ dispose: () => undefined }, 'badge', {
      get: () => this.badge,
      set: (value: vscode.ViewBadge | undefined) => {
        this.badge = value;
      },
    });
  }
}
