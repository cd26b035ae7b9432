import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { installVsix, startCodeServer } from '../support/vscode/codeServer.ts';
import { ensureCodeServer } from '../support/vscode/installCodeServer.ts';
import { timed } from '../support/vscode/npmInstall.ts';
import type { DemoWindow } from './demoWindow.ts';
import { freshPackage } from './freshPackage.ts';
import { makeOwnFolder } from './ownFolder.ts';
import { step } from './step.ts';

/** For an installation that was damaged. */
const reinstall = 'rm -rf .vscode-test && npm start';

/** Opens the folder in a VS Code server for the browser, with the packaged extension installed. */
export async function openServerWindow(folder: string): Promise<DemoWindow> {
  const own = makeOwnFolder('heddle-demo-window');
  try {
    const extensionsDir = join(own.path, 'extensions');
    // The server puts sockets where temporary files go, and leaves them there.
    const temporary = join(own.path, 'tmp');
    await mkdir(temporary);
    const vsix = await step({ what: 'Packing the extension', help: 'npm run package' }, () =>
      freshPackage(),
    );
    // The error names the command itself.
    await step({ what: 'Getting a VS Code server' }, () => ensureCodeServer());
    await step({ what: 'Installing the extension', help: 'npm run package' }, () =>
      timed('installing the extension', () => installVsix(vsix, extensionsDir)),
    );
    const server = await step({ what: 'Starting the VS Code server', help: reinstall }, () =>
      timed('starting the VS Code server', () =>
        startCodeServer({
          folder,
          extensionsDir,
          userDataDir: join(own.path, 'user-data'),
          trustedWorkspaces: true,
          env: {
            TMPDIR: temporary,
            XDG_DATA_HOME: join(own.path, 'data'),
            XDG_RUNTIME_DIR: undefined,
          },
        }),
      ),
    );
    return {
      where: server.url(folder).replaceAll('%2F', '/'),
      closed: new Promise(() => undefined),
      stop: async () => {
        await server.stop();
        await own.remove();
      },
    };
  } catch (error) {
    await own.remove();
    throw error;
  }
}
