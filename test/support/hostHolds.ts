import { strict as assert } from 'node:assert';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { FileLocks } from '../../src/core/locks/fileLocks.ts';
import type { ApiLock } from '../../src/extension/locksApi.ts';
import { findHeddleRoot } from '../../src/node/heddleRoot.ts';
import { openFileLocks } from '../../src/node/openFileLocks.ts';
import { openRegistry } from '../../src/node/openRegistry.ts';
import { eventually } from './eventually.ts';
import { HostRegistry } from './hostWorld.ts';

/** The locks of the first workspace folder, as the window knows them and as others take them. */
export class HostHolds {
  constructor(readonly registry: HostRegistry) {}

  static async open(): Promise<HostHolds> {
    const registry = await HostRegistry.open();
    await registry.reset();
    registry.makeFolder();
    return new HostHolds(registry);
  }

  /** What the window knows to be held now. */
  get known(): readonly ApiLock[] {
    const { api, root } = this.registry;
    return api.getLocks().find((each) => each.root === root)?.locks ?? [];
  }

  get mine(): readonly ApiLock[] {
    return this.known.filter(({ holder }) => holder.isMine);
  }

  file(path: string): vscode.Uri {
    return vscode.Uri.file(join(this.registry.root, path));
  }

  /** Locks as somebody else, in a process of its own, and waits until the window knows it. */
  async lockAs(name: string, path: string, ...more: readonly string[]): Promise<ApiLock> {
    const args = more.includes('--ttl') ? more : ['--ttl', '10m', ...more];
    const { code, json } = await this.registry.cli('lock', path, '--agent', name, ...args);
    assert.equal(code, 0, JSON.stringify(json));
    return this.until(`${name} holds ${path}`, (lock) => {
      return lock.path === path && lock.holder.name === name;
    });
  }

  async unlockAs(name: string): Promise<void> {
    const { code, json } = await this.registry.cli('unlock', '--all', '--agent', name);
    assert.equal(code, 0, JSON.stringify(json));
    await this.untilNone(`${name} holds nothing`, ({ holder }) => holder.name === name);
  }

  /** What the command line says of somebody's wish. */
  async tryAs(name: string, path: string): Promise<Readonly<Record<string, unknown>>> {
    return (await this.registry.cli('lock', path, '--agent', name, '--ttl', '10m')).json;
  }

  async until(what: string, holds: (lock: ApiLock) => boolean): Promise<ApiLock> {
    await eventually(what, () => this.known.some(holds));
    const found = this.known.find(holds);
    assert.ok(found, what);
    return found;
  }

  async untilNone(what: string, holds: (lock: ApiLock) => boolean): Promise<void> {
    await eventually(what, () => !this.known.some(holds));
  }

  /** Gives everything back and closes all editors without saving. */
  async clear(): Promise<void> {
    await revertAll();
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await this.registry.reset();
    this.registry.makeFolder();
    await this.untilNone('nothing is held', () => true);
  }

  write(path: string, text: string): void {
    writeFileSync(this.file(path).fsPath, text);
  }

  /** Opens a file in the active editor. */
  async show(path: string): Promise<vscode.TextEditor> {
    return vscode.window.showTextDocument(this.file(path), { preview: false });
  }
}

/** Another window on the same root, as far as its locks go. */
export class OtherWindow {
  private readonly locks: FileLocks;

  constructor(root: string) {
    this.locks = openFileLocks(openRegistry(findHeddleRoot(root))).locks;
  }

  async lockSoftly(path: string): Promise<void> {
    const ref = { kind: 'window', windowId: 'vscode-other', name: 'ben' } as const;
    const wish = { paths: [path], isSoft: true, ttlMs: 600_000, reason: 'Unsaved changes.' };
    const outcome = await this.locks.lock({ ...ref, process: undefined }, wish);
    assert.equal(outcome.kind, 'granted');
  }
}

/** Types as the keyboard does. */
export async function type(text: string): Promise<void> {
  await vscode.commands.executeCommand('type', { text });
}

async function revertAll(): Promise<void> {
  for (const document of vscode.workspace.textDocuments) {
    if (!document.isDirty || document.isClosed) continue;
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('workbench.action.files.revert');
  }
}

/** Saves nothing by itself until the result is called. */
export async function withoutAutoSave(): Promise<() => Promise<void>> {
  const files = (): vscode.WorkspaceConfiguration => vscode.workspace.getConfiguration('files');
  const { Global } = vscode.ConfigurationTarget;
  await files().update('autoSave', 'off', Global);
  return async () => {
    await files().update('autoSave', undefined, Global);
  };
}
