import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/**
 * The `code` of the PATH; undefined where there is none or where it could open no window of its own.
 * `HEDDLE_VSCODE=code-server` and `HEDDLE_VSCODE=desktop` decide it by hand.
 */
export async function findDesktopCode(): Promise<string | undefined> {
  const wanted = process.env.HEDDLE_VSCODE ?? '';
  if (wanted === 'code-server') return undefined;

  const found = await findOnPath(process.platform === 'win32' ? 'code.cmd' : 'code');
  if (wanted === 'desktop') {
    if (found !== undefined) return found;
    throw new Error(
      'HEDDLE_VSCODE asks for a desktop VS Code, but there is no "code" on the PATH. ' +
        'Without one: HEDDLE_VSCODE=code-server npm start',
    );
  }
  return found !== undefined && canOpenWindows() ? found : undefined;
}

/** In a remote terminal `code` only talks to the window that it belongs to. */
function canOpenWindows(): boolean {
  if (process.env.VSCODE_IPC_HOOK_CLI !== undefined) return false;
  if (process.platform !== 'linux') return true;
  return Boolean(process.env.DISPLAY) || Boolean(process.env.WAYLAND_DISPLAY);
}

async function findOnPath(name: string): Promise<string | undefined> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, name);
    if (folder !== '' && (await isExecutable(path))) return path;
  }
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  return await access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
