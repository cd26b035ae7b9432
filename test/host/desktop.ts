import { downloadAndUnzipVSCode, SilentReporter } from '@vscode/test-electron';

import { say, timed } from '../support/vscode/npmInstall.ts';
import { hostCacheDir } from '../support/vscode/projectPaths.ts';

/** Which VS Code the host tests run in. */
export type HostChoice =
  | { readonly kind: 'desktop'; readonly executablePath: string; readonly label: string }
  | { readonly kind: 'code-server' };

/**
 * A desktop VS Code where `HEDDLE_VSCODE=desktop` says so, or where there is a display and VS Code
 * is at hand or can be downloaded; code-server everywhere else, and for `HEDDLE_VSCODE=code-server`.
 */
export async function chooseHost(): Promise<HostChoice> {
  const wanted = process.env.HEDDLE_VSCODE ?? '';
  if (!['', 'desktop', 'code-server'].includes(wanted)) {
    throw new Error(`HEDDLE_VSCODE is "${wanted}"; it can be "desktop" or "code-server".`);
  }
  if (wanted === 'code-server') return { kind: 'code-server' };
  if (wanted === '' && !hasDisplay()) {
    say('no display here, so host tests run in code-server');
    return { kind: 'code-server' };
  }

  try {
    return await findDesktop();
  } catch (error) {
    if (wanted === 'desktop') {
      throw new Error(
        'No desktop VS Code could be downloaded. ' +
          'Name an installed one: VSCODE_EXECUTABLE=/path/to/code HEDDLE_VSCODE=desktop npm test',
        { cause: error },
      );
    }
    say(`no desktop VS Code could be downloaded (${String(error)}); code-server it is`);
    return { kind: 'code-server' };
  }
}

async function findDesktop(): Promise<HostChoice> {
  const named = process.env.VSCODE_EXECUTABLE;
  if (named !== undefined && named !== '') {
    return { kind: 'desktop', executablePath: named, label: named };
  }
  const version = process.env.HEDDLE_VSCODE_VERSION ?? 'stable';
  const executablePath = await timed(`looking for VS Code ${version}`, () =>
    downloadAndUnzipVSCode({ version, cachePath: hostCacheDir, reporter: new SilentReporter() }),
  );
  return { kind: 'desktop', executablePath, label: `VS Code ${version}` };
}

function hasDisplay(): boolean {
  if (process.platform !== 'linux') return true;
  return Boolean(process.env.DISPLAY) || Boolean(process.env.WAYLAND_DISPLAY);
}
