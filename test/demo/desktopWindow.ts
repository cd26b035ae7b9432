import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { onProcessEnd } from '../support/vscode/processEnd.ts';
import { projectRoot } from '../support/vscode/projectPaths.ts';
import { mergeSettings, quietSettings } from '../support/vscode/userData.ts';
import type { DemoWindow } from './demoWindow.ts';
import { endTree, killTree } from './endProcesses.ts';
import { makeOwnFolder } from './ownFolder.ts';

/**
 * Opens the folder in a desktop VS Code of its own: with settings and extensions of its own, and with
 * the extension of this checkout as one under development.
 */
export async function openDesktopWindow(code: string, folder: string): Promise<DemoWindow> {
  let launcher: ChildProcess | undefined = undefined;
  const withdraw = onProcessEnd(() => {
    for (const pid of editorProcesses(launcher, userDataDir)) killTree(pid);
  });
  const own = makeOwnFolder('heddle-demo-window');
  const userDataDir = join(own.path, 'user-data');
  const extensionsDir = join(own.path, 'extensions');
  await mergeSettings(userDataDir, quietSettings);

  launcher = spawn(code, editorArguments({ folder, userDataDir, extensionsDir }), {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: editorEnv(),
    // On Windows `code` is a script of the command shell.
    shell: process.platform === 'win32',
  });
  const stop = async (): Promise<void> => {
    for (const pid of editorProcesses(launcher, userDataDir)) await endTree(pid);
    await own.remove();
    withdraw();
  };
  return { where: `${code} (its window opens by itself)`, closed: untilClosed(launcher), stop };
}

function editorArguments(at: {
  readonly folder: string;
  readonly userDataDir: string;
  readonly extensionsDir: string;
}): string[] {
  return [
    `--extensionDevelopmentPath=${projectRoot}`,
    ...['--user-data-dir', at.userDataDir, '--extensions-dir', at.extensionsDir],
    ...['--disable-workspace-trust', '--new-window', '--wait'],
    // VS Code does not start for root otherwise.
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    at.folder,
  ];
}

/** Without what would tie it to an editor that this process runs in. */
function editorEnv(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(VSCODE_|ELECTRON_|npm_)/.test(name) && name !== 'NODE_OPTIONS',
  );
  return Object.fromEntries(own);
}

/** The launcher waits for the window, but the editor itself is no child of it. */
function editorProcesses(
  launcher: ChildProcess | undefined,
  userDataDir: string,
): readonly number[] {
  const launched = launcher?.exitCode === null ? launcher.pid : undefined;
  return [launched, lockHolder(userDataDir)].filter((pid) => pid !== undefined);
}

/** VS Code writes the id of its main process into its user data; undefined when it does not run. */
function lockHolder(userDataDir: string): number | undefined {
  try {
    const pid = Number(readFileSync(join(userDataDir, 'code.lock'), 'utf8'));
    return Number.isInteger(pid) && pid > 1 ? pid : undefined;
  } catch {
    return undefined; // it has ended, or has not come so far
  }
}

/** Rejects when `code` could not open its window. */
async function untilClosed(launcher: ChildProcess): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const fail = (reason: string): void => {
      reject(
        new Error(
          `"code" opened no window (${reason}). In a browser instead: ` +
            'HEDDLE_VSCODE=code-server npm start',
        ),
      );
    };
    launcher.once('error', (error) => fail(error.message));
    launcher.once('exit', (code, signal) => {
      if (code === 0) resolve();
      else fail(`it ended with ${code ?? signal ?? 'nothing'}`);
    });
  });
}
