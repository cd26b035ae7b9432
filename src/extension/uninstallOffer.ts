import { watch } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { DisposableStore, toDisposable, type Disposable } from '../base/lifecycle.ts';
import { connectionRecipes } from '../harnesses/connecting/connectionRecipes.ts';
import { isUninstalled } from '../presentation/uninstalling.ts';
import { connectionsOf } from './commands/connectOverview.ts';
import { commandAction, notify } from './commands/notify.ts';
import { placesOf } from './connectionPlacesOf.ts';
import type { CommandId } from './ids.ts';
import type { RegistrySet } from './registrySet.ts';

/** The editor writes these several times. */
const delayMs = 1000;
const listName = 'extensions.json';
const obsoleteName = '.obsolete';

/**
 * Offers to disconnect the agents when this extension is uninstalled. No editor tells an extension so,
 * but it goes on until its window is loaded anew, and sees that it was taken off the editor's list.
 */
export class UninstallOffer implements Disposable {
  private readonly own = new DisposableStore();
  private listedBefore: Promise<string> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isOffered = false;

  constructor(
    private readonly registries: Pick<RegistrySet, 'roots'>,
    private readonly options: {
      readonly context: Pick<vscode.ExtensionContext, 'extension'>;
      readonly logger: vscode.LogOutputChannel;
    },
  ) {
    // Activation does not wait for it.
    this.timer = setTimeout(() => this.follow(), delayMs);
    this.own.add(toDisposable(() => clearTimeout(this.timer)));
  }

  dispose(): void {
    this.own.dispose();
  }

  /** In which all extensions are. */
  private get folder(): string {
    return dirname(this.options.context.extension.extensionPath);
  }

  /** The editor's own watchers leave out what it writes itself. */
  private follow(): void {
    this.listedBefore = this.textOf(listName);
    try {
      const watcher = watch(this.folder, { persistent: false }, (_event, name) => {
        if (name === listName || name === obsoleteName) this.lookSoon();
      });
      watcher.on('error', () => watcher.close());
      this.own.add(toDisposable(() => watcher.close()));
    } catch (error) {
      this.options.logger.debug('The folder of extensions cannot be watched.', error);
    }
  }

  private lookSoon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.look(), delayMs);
  }

  /** Never rejects. */
  private async look(): Promise<void> {
    try {
      if (this.isOffered || !vscode.workspace.isTrusted || !(await this.isUninstalled())) return;
      const names = await this.connectedAgents();
      if (names.length === 0 || this.own.isDisposed) return;
      this.isOffered = true;
      offer(names);
    } catch (error) {
      this.options.logger.warn('Whether this extension was uninstalled cannot be told.', error);
    }
  }

  private async isUninstalled(): Promise<boolean> {
    const { id, extensionPath } = this.options.context.extension;
    return isUninstalled({
      ...{ id, own: basename(extensionPath), folders: await readdir(this.folder) },
      ...{ listedBefore: (await this.listedBefore) ?? '', listedNow: await this.textOf(listName) },
      obsolete: await this.textOf(obsoleteName),
    });
  }

  /** Empty when there is no such file. */
  private textOf(name: string): Promise<string> {
    return readFile(join(this.folder, name), 'utf8').catch(() => '');
  }

  private async connectedAgents(): Promise<readonly string[]> {
    const names = new Set<string>();
    for (const root of this.registries.roots) {
      for (const folder of root.folders) {
        const places = placesOf(root, folder);
        for (const recipe of connectionRecipes(process.platform)) {
          if ((await connectionsOf(recipe, places)).length > 0) names.add(recipe.displayName);
        }
      }
    }
    return [...names];
  }
}

function offer(names: readonly string[]): void {
  const { t } = vscode.l10n;
  const disconnect: CommandId = 'heddle.agents.disconnect';
  notify(
    'warning',
    t(
      'Heddle Agents was uninstalled, but its hooks are still in the settings of {0}. Take them out now, while it still runs; what stays does nothing.',
      names.join(', '),
    ),
    [commandAction(t('Disconnect Agents…'), disconnect)],
  );
}
