import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { launcherPath, writeLauncher } from '../node/connecting/launcher.ts';
import { version } from '../../package.json';

/**
 * Names this version to the launcher that the settings of coding agents run, where there is one: what
 * was installed before may be gone. Nobody's home is touched who never connected an agent.
 */
export async function refreshLauncher(
  context: vscode.ExtensionContext,
  logger: vscode.LogOutputChannel,
): Promise<void> {
  const place = { home: homedir(), platform: process.platform };
  if (!vscode.workspace.isTrusted || !existsSync(launcherPath(place))) return;
  const cli = context.asAbsolutePath('dist/cli.cjs');
  const runtime =
    process.versions.electron === undefined
      ? { node: process.execPath }
      : { code: process.execPath };
  try {
    await writeLauncher(place, { cli, version, ...runtime });
  } catch (error) {
    logger.warn('The launcher of connected agents could not be brought up to date.', error);
  }
}
