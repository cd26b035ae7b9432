import { rmSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { closeSharedBrowser } from './browser.ts';
import { installVsix, startCodeServer } from './codeServer.ts';
import type { CodeServer } from './codeServer.ts';
import { onProcessEnd } from './processEnd.ts';
import { projectRoot } from './projectPaths.ts';
import type { Theme } from './themes.ts';
import type { Settings } from './userData.ts';
import { openWorkbench, openWorkbenches } from './workbench.ts';
import type { Workbench } from './workbench.ts';

export interface UiSessionOptions {
  /** A folder or a `.code-workspace` file; absent means an empty window. */
  readonly target?: string;
  /** False opens the folder restricted, until {@link Workbench.trustWorkspace}. */
  readonly isTrusted?: boolean;
  readonly theme?: Theme;
  readonly settings?: Settings;
  readonly env?: NodeJS.ProcessEnv;
  readonly size?: { readonly width: number; readonly height: number };
}

/** A code-server with the packaged extension installed, and one window of it. */
export interface UiSession {
  readonly server: CodeServer;
  readonly workbench: Workbench;
  stop(): Promise<void>;
}

let extensionsDir: Promise<string> | undefined;

/** Starts a session of its own: fresh settings, fresh state, no process left after `stop()`. */
export async function startUiSession(options: UiSessionOptions = {}): Promise<UiSession> {
  extensionsDir ??= installPackage();
  const server = await startCodeServer({
    ...(options.target === undefined ? {} : { folder: options.target }),
    extensionsDir: await extensionsDir,
    trustedWorkspaces: options.isTrusted ?? true,
    settings: { 'security.workspace.trust.startupPrompt': 'never', ...options.settings },
    ...(options.env === undefined ? {} : { env: options.env }),
    idleTimeoutSeconds: 900,
  });
  try {
    const workbench = await openWorkbench(server, options);
    return {
      server,
      workbench,
      stop: async () => {
        // Also the windows that a test has opened beside the first: they would look for the server for ever.
        const windows = [...openWorkbenches].filter((each) => each.server === server);
        for (const each of windows) await each.close();
        await server.stop();
      },
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** The packaged extension under test: `HEDDLE_VSIX`, or the newest `*.vsix` in the project. */
export async function findPackage(): Promise<string> {
  const named = process.env.HEDDLE_VSIX;
  if (named !== undefined && named !== '') return named;

  const names = (await readdir(projectRoot)).filter((name) => name.endsWith('.vsix'));
  const dated = await Promise.all(
    names.map(async (name) => {
      const path = join(projectRoot, name);
      return { path, changedMs: (await stat(path)).mtimeMs };
    }),
  );
  const newest = dated.sort((a, b) => b.changedMs - a.changedMs)[0];
  if (newest === undefined) {
    throw new Error('There is no packaged extension to test. Make one: npm run package');
  }
  return newest.path;
}

/** Screenshots of all open windows as `FAILED-<name>.png`, and the end of their logs. */
export async function captureFailure(name: string): Promise<string> {
  const parts: string[] = [];
  for (const [index, workbench] of [...openWorkbenches].entries()) {
    const suffix = index === 0 ? '' : `-${index + 1}`;
    parts.push(await workbench.screenshot(`FAILED-${name}${suffix}`).catch(String));
    parts.push(await workbench.logTail().catch(String));
  }
  return parts.join('\n');
}

/** Ends what sessions share: the browser, and the folder that the extension is installed in. */
export async function endUiSessions(): Promise<void> {
  for (const workbench of [...openWorkbenches]) {
    await workbench.close();
    await workbench.server.stop();
  }
  await closeSharedBrowser();
  const directory = await extensionsDir?.catch(() => undefined);
  extensionsDir = undefined;
  if (directory !== undefined) await rm(directory, { recursive: true, force: true });
}

async function installPackage(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'heddle-extensions-'));
  onProcessEnd(() => rmSync(directory, { recursive: true, force: true }));
  await installVsix(await findPackage(), directory);
  return directory;
}
