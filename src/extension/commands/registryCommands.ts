import * as vscode from 'vscode';
import { initRegistry } from '../../node/initRegistry.ts';
import { toPickText } from '../../presentation/plainText.ts';
import type { RootRegistry } from '../registrySet.ts';
import type { CommandHandler, CommandServices } from './commandServices.ts';
import { commandAction, notify } from './notify.ts';
import { rootName } from './rootName.ts';

/** Makes the registry of a root. Resolves to `{folder, isCreated}`. */
export function createInitialiseCommand({
  registries,
}: Pick<CommandServices, 'registries'>): CommandHandler {
  return async () => {
    const { t } = vscode.l10n;
    const root = await pickRoot(registries.roots, t('Initialise the registry of which folder?'));
    if (root === undefined) return undefined;
    const { folder, isCreated } = await initRegistry(root.location);
    await root.refresh();
    const message = isCreated
      ? t('The registry is ready: {0}. Git ignores it.', folder)
      : t('The registry was there already: {0}.', folder);
    notify('information', message, [commandAction(t('Reserve Thread…'), 'heddle.thread.reserve')]);
    return { folder, isCreated };
  };
}

export function createRefreshCommand({
  registries,
}: Pick<CommandServices, 'registries'>): CommandHandler {
  return () => registries.refresh();
}

export function createShowLogCommand({ logger }: Pick<CommandServices, 'logger'>): CommandHandler {
  return () => {
    logger.show();
    return Promise.resolve();
  };
}

/** The only root, or the one that the person picks; without any folder, how to open one. */
export async function pickRoot(
  roots: readonly RootRegistry[],
  title: string,
): Promise<RootRegistry | undefined> {
  const { t } = vscode.l10n;
  const [only] = roots;
  if (only === undefined) {
    notify('information', t('Open a folder on this machine first.'), [
      commandAction(t('Open Folder'), 'vscode.openFolder'),
    ]);
    return undefined;
  }
  if (roots.length === 1) return only;
  const items = roots.map((root) => ({
    label: toPickText(rootName(root.location.root)),
    description: toPickText(root.location.root),
    root,
  }));
  const options = { title, placeHolder: title, matchOnDescription: true };
  return (await vscode.window.showQuickPick(items, options))?.root;
}
