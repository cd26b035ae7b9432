import { randomUUID } from 'node:crypto';
import type * as vscode from 'vscode';
import { personName } from '../node/personIdentity.ts';

const windowIdKey = 'heddle.clientInstanceId';

/** Which window this is and who sits at it: the same after a reload. */
export class WindowIdentity {
  readonly windowId: string;
  private readonly names = new Map<string, string>();

  constructor(private readonly state: vscode.Memento) {
    const known = state.get<unknown>(windowIdKey);
    this.windowId = typeof known === 'string' ? known : `vscode-${randomUUID()}`;
  }

  /** What the person is called in a folder; looked up once. */
  nameIn(folder: string): string {
    const name = this.names.get(folder) ?? personName(folder);
    this.names.set(folder, name);
    return name;
  }

  /** Stored before anything carries the id, so that a reload finds its way back. */
  async remember(): Promise<void> {
    if (this.state.get(windowIdKey) === this.windowId) return;
    await this.state.update(windowIdKey, this.windowId);
  }
}
