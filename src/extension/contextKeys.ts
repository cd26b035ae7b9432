import * as vscode from 'vscode';
import { runAndSubscribe } from '../base/event.ts';
import { isSameValue } from '../base/sameValue.ts';
import { DisposableStore, type Disposable } from '../base/lifecycle.ts';
import type { RegistrySnapshot } from '../core/agents/registrySnapshot.ts';
import { isDeadReservation } from '../presentation/registryStatus.ts';
import { contextKeys } from './ids.ts';
import { isMereBeat, type RegistrySet } from './registrySet.ts';
import { readSettings } from './settings.ts';

/** Sets the keys that `when` clauses read, each only when its value changed. */
export class ContextKeys implements Disposable {
  private readonly own = new DisposableStore();
  private readonly values = new Map<string, unknown>();

  constructor(private readonly registries: RegistrySet) {
    this.own.add(
      runAndSubscribe(registries.onDidChange, (event) => {
        if (!isMereBeat(event)) this.update();
      }),
    );
    this.own.add(vscode.workspace.onDidChangeConfiguration(() => this.update()));
  }

  set(key: string, value: unknown): void {
    if (isSameValue(this.values.get(key), value)) return;
    this.values.set(key, value);
    void vscode.commands.executeCommand('setContext', key, value);
  }

  dispose(): void {
    this.own.dispose();
  }

  private update(): void {
    const snapshots = this.registries.roots.map((root) => root.snapshot);
    this.set(contextKeys.registryState, registryState(snapshots));
    this.set(contextKeys.grouping, readSettings().grouping);
    const hasDead = snapshots.some(({ agents }) => agents.some(isDeadReservation));
    this.set(contextKeys.hasDeadReservations, hasDead);
  }
}

type ShownState = 'none' | 'loading' | 'absent' | 'empty' | 'failed' | 'ready';

/** What the view has to say when it has no rows. */
function registryState(snapshots: readonly RegistrySnapshot[]): ShownState {
  if (snapshots.length === 0) return 'none';
  if (snapshots.length > 1) return 'ready';
  const [only] = snapshots;
  if (only === undefined) return 'none';
  if (only.state.kind !== 'ready') return only.state.kind;
  return only.agents.length + only.broken.length === 0 ? 'empty' : 'ready';
}
