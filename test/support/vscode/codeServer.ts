import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { ensureCodeServer } from './installCodeServer.ts';
import type { CodeServerInstall } from './installCodeServer.ts';
import { runQuietly } from './npmInstall.ts';
import { descendantsOf, isRunning, onProcessEnd, signalAll } from './processEnd.ts';
import { mergeSettings, quietSettings, readLogs } from './userData.ts';
import type { Settings } from './userData.ts';

const startTimeoutMs = 60_000;
const goodbyeTimeoutMs = 5_000;

export interface CodeServerOptions {
  /** What `/` opens: a folder or a `.code-workspace` file; absent means an empty window. */
  readonly folder?: string;
  /** Where extensions are installed; absent means a fresh folder that goes at `stop()`. */
  readonly extensionsDir?: string;
  /** Where settings, state and logs are kept; absent means a fresh folder that goes at `stop()`. */
  readonly userDataDir?: string;
  /** User settings, over the ones that keep the workbench quiet. */
  readonly settings?: Settings;
  /** False leaves Workspace Trust on: a folder is restricted until somebody trusts it. */
  readonly trustedWorkspaces: boolean;
  /** Variables for the server, the extension host and its terminals; undefined removes one. */
  readonly env?: NodeJS.ProcessEnv;
  /** Ends by itself when no page was connected for so long; absent means never. */
  readonly idleTimeoutSeconds?: number;
}

/** A running code-server that listens on this machine only. */
export interface CodeServer {
  readonly port: number;
  readonly pid: number;
  readonly userDataDir: string;
  readonly extensionsDir: string;
  /** Whether every folder is trusted. */
  readonly trustsWorkspaces: boolean;
  /** The page for a folder or a `.code-workspace` file; without one, for an empty window. */
  url(target?: string): string;
  /** The logs of the extension hosts and of the server, newest file last. */
  logs(): Promise<string>;
  /** Merges these into the user settings; a page reads them when it is opened or reloaded. */
  writeSettings(settings: Settings): Promise<void>;
  /** Ends the server with everything it started, and removes the folders made for it. */
  stop(): Promise<void>;
}

/** Starts a code-server (installing it first where needed) and resolves when it listens. */
export async function startCodeServer(options: CodeServerOptions): Promise<CodeServer> {
  const install = await ensureCodeServer();
  const ownDirs: string[] = [];
  const directory = async (given: string | undefined, what: string): Promise<string> => {
    const path = given ?? (await mkdtemp(join(tmpdir(), `heddle-${what}-`)));
    if (given === undefined) ownDirs.push(path);
    await mkdir(path, { recursive: true });
    return path;
  };
  const userDataDir = await directory(options.userDataDir, 'user-data');
  const extensionsDir = await directory(options.extensionsDir, 'extensions');
  await mergeSettings(userDataDir, { ...quietSettings, ...options.settings });
  await writeFile(join(userDataDir, 'code-server.yaml'), 'auth: none\n');

  const port = await freePort();
  const child = spawn(
    install.nodePath,
    [install.entryPath, ...serverArguments(options, { userDataDir, extensionsDir, port })],
    { detached: true, stdio: ['ignore', 'pipe', 'pipe'], env: serverEnv(userDataDir, options.env) },
  );
  const pid = child.pid ?? 0;
  const withdraw = onProcessEnd(() => {
    if (pid !== 0) signalAll([...descendantsOf(pid), -pid], 'SIGKILL');
    for (const dir of ownDirs) rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
  });
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    await endTree(child);
    for (const dir of ownDirs) await rm(dir, { recursive: true, force: true, maxRetries: 5 });
    withdraw();
  };

  try {
    await untilListening(child);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    port,
    pid,
    userDataDir,
    extensionsDir,
    trustsWorkspaces: options.trustedWorkspaces,
    url: (target) => pageUrl(port, target),
    logs: () => readLogs(join(userDataDir, 'logs')),
    writeSettings: (settings) => mergeSettings(userDataDir, settings),
    stop: () => (stopping ??= stop()),
  };
}

/** Installs a packaged extension as `code --install-extension` does for a user. */
export async function installVsix(file: string, extensionsDir: string): Promise<void> {
  const install = await ensureCodeServer();
  await mkdir(extensionsDir, { recursive: true });
  const userDataDir = await mkdtemp(join(tmpdir(), 'heddle-install-'));
  try {
    await runInstalled(
      install,
      [
        ...['--user-data-dir', userDataDir, '--extensions-dir', extensionsDir],
        ...['--config', join(userDataDir, 'code-server.yaml')],
        ...['--install-extension', file, '--force'],
      ],
      serverEnv(userDataDir),
    );
  } finally {
    await rm(userDataDir, { recursive: true, force: true });
  }
}

async function runInstalled(
  install: CodeServerInstall,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<void> {
  await runQuietly(install.nodePath, [install.entryPath, ...args], { env });
}

function serverArguments(
  options: CodeServerOptions,
  at: { readonly userDataDir: string; readonly extensionsDir: string; readonly port: number },
): string[] {
  return [
    ...['--auth', 'none', '--bind-addr', `127.0.0.1:${at.port}`],
    ...['--config', join(at.userDataDir, 'code-server.yaml')],
    ...['--user-data-dir', at.userDataDir, '--extensions-dir', at.extensionsDir],
    '--disable-telemetry',
    '--disable-update-check',
    '--disable-getting-started-override',
    ...(options.trustedWorkspaces ? ['--disable-workspace-trust'] : []),
    ...(options.idleTimeoutSeconds === undefined
      ? []
      : ['--idle-timeout-seconds', String(options.idleTimeoutSeconds)]),
    ...(options.folder === undefined ? ['--ignore-last-opened'] : [options.folder]),
  ];
}

/**
 * Without what would tie it to an editor or a code-server that this process runs in; its logs and
 * sockets go to its own folder, which is removed with it.
 */
function serverEnv(ownFolder: string, extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) =>
      !/^(VSCODE_|ELECTRON_|CODE_SERVER_|npm_)/.test(name) &&
      !['PORT', 'PASSWORD', 'HASHED_PASSWORD', 'NODE_OPTIONS', 'NODE_ENV'].includes(name),
  );
  // No gallery: it could not be reached from everywhere, and nothing here comes from it.
  return {
    EXTENSIONS_GALLERY: '{"serviceUrl":""}',
    ...Object.fromEntries(own),
    XDG_DATA_HOME: ownFolder,
    XDG_RUNTIME_DIR: ownFolder,
    // What the extension keeps for a person must not reach the person who runs this.
    ...{ HOME: ownFolder, USERPROFILE: ownFolder },
    ...extra,
  };
}

function pageUrl(port: number, target: string | undefined): string {
  const url = new URL(`http://127.0.0.1:${port}/`);
  if (target === undefined) url.searchParams.set('ew', 'true');
  else url.searchParams.set(target.endsWith('.code-workspace') ? 'workspace' : 'folder', target);
  return url.href;
}

async function freePort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('no free port'));
        else resolve(address.port);
      });
    });
  });
}

async function untilListening(child: ChildProcess): Promise<void> {
  let output = '';
  await new Promise<void>((resolve, reject) => {
    const fail = (reason: string): void => {
      reject(new Error(`code-server did not start: ${reason}\n${output.slice(-4_000)}`));
    };
    const timer = setTimeout(() => fail(`not ready after ${startTimeoutMs} ms`), startTimeoutMs);
    const read = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-20_000);
      if (!output.includes('HTTP server listening')) return;
      clearTimeout(timer);
      resolve();
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('error', (error) => {
      clearTimeout(timer);
      fail(String(error));
    });
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      fail(`it ended with ${code ?? signal}`);
    });
  });
}

/** The whole tree: shells of terminals sit in process groups of their own. */
async function endTree(child: ChildProcess): Promise<void> {
  const { pid } = child;
  if (pid === undefined) return;

  const tree = [pid, ...descendantsOf(pid)];
  signalAll([-pid, ...tree], 'SIGTERM');
  const deadline = Date.now() + goodbyeTimeoutMs;
  while (Date.now() < deadline && tree.some(isRunning)) await delay(50);
  signalAll([-pid, ...tree.filter(isRunning)], 'SIGKILL');
  while (tree.some(isRunning)) await delay(20);
}
