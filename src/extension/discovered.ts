import * as vscode from 'vscode';
import { Emitter } from '../base/event.ts';
import { DisposableStore, toDisposable, type Disposable } from '../base/lifecycle.ts';
import { isSameValue } from '../base/sameValue.ts';
import type { DiscoveredAgent } from '../core/harness/discovery/discoveredAgent.ts';
import type { ListedProcess } from '../core/harness/discovery/listedProcess.ts';
import type { HarnessId } from '../core/harness/harnessEvent.ts';
import { standaloneAgentOf } from '../harnesses/agentAncestor.ts';
import { allHarnesses, harnessById } from '../harnesses/harnesses.ts';
import { discoverAgents } from '../node/discovery/discoverAgents.ts';
import { ancestorsOf } from '../node/processes/processAncestors.ts';
import { parseDiscoveredElement } from '../presentation/discoveredElement.ts';
import type { ShownDiscovery } from '../presentation/discoveredRows.ts';
import { connectedHarnesses } from './discoveredConnections.ts';
import { isMereBeat, type RegistrySet, type RootRegistry } from './registrySet.ts';
import { readSettings } from './settings.ts';
import type { TerminalAgents } from './terminalAgents.ts';

const intervalMs = 10_000;
/** So long after the view is shown it looks first: a window that opens has other things to do. */
const firstLookMs = 2000;
/** What changes in the registry within this time is looked at together. */
const registryDelayMs = 250;

/** An agent that was found, with where it is seen. */
export interface Found extends ShownDiscovery {
  readonly shownIn: vscode.Terminal | undefined;
}

/**
 * The agents at work in the roots that did not register. It looks at processes only while somebody sees
 * the view, the workspace is trusted, and the setting says so; it writes nothing.
 */
export class DiscoveredAgents implements Disposable {
  private readonly own = new DisposableStore();
  private readonly _onDidChange: Emitter<undefined>;
  private found: ReadonlyMap<string, readonly Found[]> = new Map();
  private readonly terminalByAgent = new Map<string, vscode.Terminal | undefined>();
  private isVisible = false;
  private looking: Promise<void> | undefined;
  private isLookWanted = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly registries: Pick<RegistrySet, 'onDidChange' | 'roots'>,
    private readonly options: {
      readonly terminals: TerminalAgents;
      readonly logger: vscode.LogOutputChannel;
    },
  ) {
    const { terminals, logger } = options;
    this._onDidChange = this.own.add(
      new Emitter<undefined>((error) => logger.error('A listener failed.', error)),
    );
    this.own.add(terminals.onDidChange(() => this.lookIn(firstLookMs)));
    this.own.add(
      vscode.window.onDidChangeWindowState(({ focused }) => {
        if (focused) this.lookIn(0);
      }),
    );
    this.own.add(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('heddle.discovery.enabled')) this.lookIn(0);
      }),
    );
    this.own.add(
      registries.onDidChange((event) => {
        // Whoever registered is not to be shown twice until the next look.
        if (!isMereBeat(event) && this.found.size > 0) this.lookIn(registryDelayMs);
      }),
    );
    this.own.add(toDisposable(() => clearTimeout(this.timer)));
  }

  get onDidChange(): Emitter<undefined>['event'] {
    return this._onDidChange.event;
  }

  /** Those of a root, as far as the last look found them. */
  in(root: string): readonly ShownDiscovery[] {
    return this.found.get(root) ?? [];
  }

  /** What a row names; undefined when it is gone. */
  find(element: unknown): Found | undefined {
    const ref = parseDiscoveredElement(element);
    return ref && this.found.get(ref.root)?.find(({ agent }) => agent.id === ref.id);
  }

  /** Says whether somebody sees the view. */
  setVisible(isVisible: boolean): void {
    if (isVisible === this.isVisible) return;
    this.isVisible = isVisible;
    // What was found before may have gone while nobody looked.
    this.lookIn(this.found.size > 0 ? 0 : firstLookMs);
  }

  /** Everything that was found, of all roots. */
  get all(): readonly { readonly root: string; readonly found: Found }[] {
    return [...this.found].flatMap(([root, each]) => each.map((found) => ({ root, found })));
  }

  /** Looks at once, whoever sees it; resolves when the rows are those of now. */
  look(): Promise<void> {
    this.isLookWanted = true;
    this.looking ??= this.lookWhileWanted().finally(() => (this.looking = undefined));
    return this.looking;
  }

  dispose(): void {
    this.own.dispose();
  }

  /** A wish that comes during a look is granted with another one. Never rejects. */
  private async lookWhileWanted(): Promise<void> {
    while (this.isLookWanted) {
      this.isLookWanted = false;
      try {
        await this.lookEverywhere();
      } catch (error) {
        this.options.logger.warn('Agents that are not connected could not be looked for.', error);
      }
    }
  }

  private async lookEverywhere(): Promise<void> {
    const isWanted = vscode.workspace.isTrusted && readSettings().hasDiscovery;
    const roots = isWanted ? this.registries.roots : [];
    const found = new Map<string, readonly Found[]>();
    for (const root of roots) {
      const inRoot = await this.lookAt(root);
      if (inRoot.length > 0) found.set(root.location.root, inRoot);
    }
    const isSame = isSameValue(shownOf(this.found), shownOf(found));
    this.found = found;
    if (!isSame && !this.own.isDisposed) this._onDidChange.fire(undefined);
  }

  private lookIn(delayMs: number): void {
    clearTimeout(this.timer);
    if (!this.isVisible || this.own.isDisposed) return;
    this.timer = setTimeout(() => {
      void this.look().then(() => this.lookIn(intervalMs));
    }, delayMs);
  }

  private async lookAt(root: RootRegistry): Promise<readonly Found[]> {
    const { terminals } = this.options;
    const agents = await discoverAgents({
      location: root.location,
      known: root.snapshot.agents.map(({ entry }) => entry),
      harnessOf,
      terminals: terminals.commands,
      probe: root.probe,
    });
    if (agents.length === 0) return [];
    const connected = await connectedHarnesses(root, agents);
    return Promise.all(
      agents.map(async (agent): Promise<Found> => {
        const shownIn = await this.terminalOf(agent);
        return {
          agent,
          name: harnessById(agent.harness).displayName,
          terminal: shownIn?.name,
          isConnected: connected.has(agent.harness),
          shownIn,
        };
      }),
    );
  }

  /** The terminal of this window below whose shell it runs. */
  private async terminalOf({ id, pid }: DiscoveredAgent): Promise<vscode.Terminal | undefined> {
    if (pid === undefined) return this.options.terminals.terminalOf(id.replace(/^terminal:/, ''));
    const known = this.terminalByAgent.get(id);
    if (this.terminalByAgent.has(id) && isOpen(known)) return known;
    const above = new Set([...(await ancestorsOf(pid))].map((each) => each.pid));
    let found: vscode.Terminal | undefined;
    for (const terminal of vscode.window.terminals) {
      const shellPid = await terminal.processId;
      if (shellPid !== undefined && above.has(shellPid)) found = terminal;
    }
    this.terminalByAgent.set(id, found);
    return found;
  }
}

/** What of it is seen. */
function shownOf(found: ReadonlyMap<string, readonly Found[]>): readonly unknown[] {
  return [...found].map(([root, each]) => [
    root,
    each.map(({ agent, name, terminal, isConnected }) => ({ agent, name, terminal, isConnected })),
  ]);
}

function isOpen(terminal: vscode.Terminal | undefined): boolean {
  return terminal === undefined || vscode.window.terminals.includes(terminal);
}

function harnessOf(process: ListedProcess): HarnessId | undefined {
  return standaloneAgentOf(process, allHarnesses)?.id;
}
