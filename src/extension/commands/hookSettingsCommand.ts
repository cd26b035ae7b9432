import { writeFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import { errorCode } from '../../base/errorText.ts';
import { defaultHookSettings } from '../../core/harness/hookSettings.ts';
import { hookSettingsPath } from '../../node/harnessSessions/hookSettingsFile.ts';
import { initRegistry } from '../../node/initRegistry.ts';
import { hookSettingsText } from '../../presentation/hookSettingsText.ts';
import type { CommandHandler, CommandServices } from './commandServices.ts';
import { confirm } from './notify.ts';
import { pickRoot } from './registryCommands.ts';

/** Opens the settings of hooks. Where there is no file yet it offers one with the defaults. */
export function createOpenHookSettingsCommand({
  registries,
}: Pick<CommandServices, 'registries'>): CommandHandler {
  return async () => {
    const { t } = vscode.l10n;
    const root = await pickRoot(registries.roots, t('Open the hook settings of which folder?'));
    if (root === undefined) return undefined;
    const path = hookSettingsPath(root.location);
    const uri = vscode.Uri.file(path);
    if (!(await exists(uri))) {
      const isWanted = await confirm(t('There are no hook settings yet.'), {
        detail: [
          t(
            'The defaults count for all agents. The file says what can be set, and git ignores it.',
          ),
          path,
        ],
        button: t('Create with Defaults'),
      });
      if (!isWanted) return undefined;
      await initRegistry(root.location);
      await writeNew(path, hookSettingsText(defaultHookSettings));
    }
    await vscode.window.showTextDocument(uri);
    return { file: path };
  };
}

/** What somebody else made meanwhile is left as it is. */
async function writeNew(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: 'wx', mode: 0o644 });
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}
