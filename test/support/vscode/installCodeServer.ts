import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';

import { buildOnce, isComplete, npmInstall, timed } from './npmInstall.ts';
import { hostCacheDir } from './projectPaths.ts';

/** code-server 4.139.1 is VS Code 1.139.1 and needs Node 24. */
const codeServerVersion = '4.139.1';
const nodeMajorVersion = '24';

/** A code-server that is ready to be started as `nodePath entryPath …`. */
export interface CodeServerInstall {
  readonly directory: string;
  readonly nodePath: string;
  readonly entryPath: string;
  /** The version of VS Code inside, e.g. `1.139.1`. */
  readonly vscodeVersion: string;
}

/** False where npm carries no code-server that runs (Windows). */
export function isCodeServerSupported(): boolean {
  return ['linux', 'darwin'].includes(process.platform) && ['x64', 'arm64'].includes(process.arch);
}

/**
 * Installs code-server and its Node into `.vscode-test/`, unless they are there already, and
 * returns where. An interrupted installation is started anew the next time.
 */
export async function ensureCodeServer(): Promise<CodeServerInstall> {
  if (!isCodeServerSupported()) {
    throw new Error(
      `code-server does not run on ${process.platform}-${process.arch}. ` +
        'Use a desktop VS Code: HEDDLE_VSCODE=desktop npm test',
    );
  }

  const directory = join(hostCacheDir, `code-server-${codeServerVersion}`);
  if (!(await isComplete(directory))) {
    try {
      await timed(`installing code-server ${codeServerVersion}`, () =>
        buildOnce(directory, installInto),
      );
    } catch (error) {
      throw new Error(
        'code-server could not be installed from the npm registry. ' +
          `See what npm says: npm view code-server@${codeServerVersion} version`,
        { cause: error },
      );
    }
  }
  return {
    directory,
    nodePath: join(directory, 'node_modules', nodePackage(), 'bin/node'),
    entryPath: join(directory, 'node_modules/code-server/out/node/entry.js'),
    vscodeVersion: codeServerVersion.replace(/^4\./, '1.'),
  };
}

async function installInto(directory: string): Promise<void> {
  const vscodeDir = join(directory, 'node_modules/code-server/lib/vscode');
  await timed('- code-server and its Node', () =>
    npmInstall(directory, [
      `${nodePackage()}@${nodeMajorVersion}`,
      `code-server@${codeServerVersion}`,
    ]),
  );
  await timed('- packages of the VS Code server', () => npmInstall(vscodeDir, ['--omit=dev']));
  await timed('- packages of the built-in extensions', () =>
    npmInstall(join(vscodeDir, 'extensions'), ['--omit=dev']),
  );
  await standIn('fileLogger.cjs', join(vscodeDir, 'node_modules/@vscode/spdlog'));
  await standIn('parentWatchdog.cjs', join(vscodeDir, 'node_modules/@vscode/native-watchdog'));
}

/** Scripts are not run, so nothing is compiled; these two packages are missed when they fail. */
async function standIn(file: string, packageDir: string): Promise<void> {
  await copyFile(join(import.meta.dirname, file), join(packageDir, 'index.js'));
}

function nodePackage(): string {
  return `node-${process.platform}-${process.arch}`;
}
