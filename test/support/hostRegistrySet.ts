import * as vscode from 'vscode';
import type { AgentEntry } from '../../src/core/agents/agentEntry.ts';
import type { LivenessVerdict } from '../../src/core/agents/liveness.ts';
import type { RegistrySnapshot } from '../../src/core/agents/registrySnapshot.ts';
import type { RegistrySet, RegistrySetChange } from '../../src/extension/registrySet.ts';
import { buildBroken, buildRecord } from './entryBuilder.ts';

export const fakeRoot = '/work/somewhere';

/** What the adapters of the window use of a `RegistrySet`, with snapshots that a test sets. */
export class FakeRegistrySet {
  private readonly emitter = new vscode.EventEmitter<RegistrySetChange>();
  readonly onDidChange = this.emitter.event;
  roots: readonly { readonly snapshot: RegistrySnapshot }[] = [];

  asRegistrySet(): RegistrySet {
    return this as unknown as RegistrySet;
  }

  show(...snapshots: readonly RegistrySnapshot[]): void {
    this.roots = snapshots.map((snapshot) => ({ snapshot }));
    this.emitter.fire({ root: undefined, change: undefined });
  }
}

/** What adapters see of locks where nobody holds anything. */
export const noLocks = {
  onDidChange: (): vscode.Disposable => new vscode.Disposable(() => undefined),
  get: (): undefined => undefined,
  totals: { locked: 0, contended: 0, mine: 0, mineContended: 0 },
};

/** An agent with a verdict. */
export function seen(
  sessionId: string,
  fields: Partial<AgentEntry>,
  verdict: LivenessVerdict = { liveness: 'alive', reason: 'running' },
): RegistrySnapshot['agents'][number] {
  const { entry, startedAt } = buildRecord(sessionId, fields);
  return { entry, startedAt, verdict };
}

export function snapshotOf(
  agents: RegistrySnapshot['agents'],
  more: Partial<RegistrySnapshot> = {},
): RegistrySnapshot {
  return {
    root: fakeRoot,
    folder: `${fakeRoot}/.heddle/agents`,
    state: { kind: 'ready' },
    agents,
    broken: [],
    ...more,
  };
}

export function brokenOf(sessionId: string, problem: string): RegistrySnapshot['broken'][number] {
  return buildBroken(sessionId, { problem, line: 3 });
}
