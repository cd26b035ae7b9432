import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import Mocha from 'mocha';

import { ensureChromium } from '../support/vscode/findChromium.ts';
import { ensureCodeServer } from '../support/vscode/installCodeServer.ts';
import { say } from '../support/vscode/npmInstall.ts';
import { projectRoot, testOutputDir } from '../support/vscode/projectPaths.ts';
import { captureFailure, endUiSessions, findPackage } from '../support/vscode/uiSession.ts';

const testTimeoutMs = 120_000;

/**
 * Runs `test/ui/*.ui.ts` against the packaged extension in a real workbench. Returns the number of
 * failures; rejects when nothing could be run or nothing was.
 */
export async function runUiTests(options: { readonly grep?: string } = {}): Promise<number> {
  const vsix = await findPackage();
  process.env.HEDDLE_VSIX = vsix;
  const install = await ensureCodeServer();
  const browser = await ensureChromium();
  say(
    `UI tests of ${vsix} in code-server (VS Code ${install.vscodeVersion}) with ${browser.executablePath}`,
  );
  await removeOldFailures();

  const mocha = new Mocha({
    ui: 'bdd',
    reporter: 'spec',
    color: process.stdout.isTTY,
    timeout: testTimeoutMs,
    slow: 15_000,
    rootHooks: { afterEach: reportFailure },
    ...(options.grep === undefined ? {} : { grep: options.grep }),
  });
  const uiDir = join(projectRoot, 'test/ui');
  for (const name of (await readdir(uiDir, { recursive: true })).sort()) {
    if (name.endsWith('.ui.ts')) await loadTests(mocha, join(uiDir, name));
  }

  try {
    return await new Promise((resolve, reject) => {
      let ran = 0;
      const runner = mocha.run((failures) => {
        if (ran === 0 && failures === 0) reject(new Error('No UI test ran.'));
        else resolve(failures);
      });
      runner.on('test end', (test) => {
        if (!test.isPending()) ran += 1;
      });
    });
  } finally {
    await endUiSessions();
  }
}

/** What an earlier run left of its failures would look like this run's. */
async function removeOldFailures(): Promise<void> {
  const folder = join(testOutputDir, 'screenshots');
  for (const name of await readdir(folder).catch((): string[] => [])) {
    if (name.startsWith('FAILED-')) await rm(join(folder, name));
  }
}

/**
 * As mocha does it, but always as an ES module: what mocha would `require` instead would see other
 * instances of the modules that are imported here.
 */
async function loadTests(mocha: Mocha, file: string): Promise<void> {
  mocha.suite.emit('pre-require', globalThis, file, mocha);
  mocha.suite.emit('require', await import(pathToFileURL(file).href), file, mocha);
  mocha.suite.emit('post-require', globalThis, file, mocha);
}

async function reportFailure(this: Mocha.Context): Promise<void> {
  const test = this.currentTest;
  if (test?.state !== 'failed') return;
  process.stderr.write(`\n${await captureFailure(test.fullTitle())}\n\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const grepAt = process.argv.indexOf('--grep');
  const grep = grepAt < 0 ? undefined : process.argv[grepAt + 1];
  try {
    process.exitCode = (await runUiTests(grep === undefined ? {} : { grep })) === 0 ? 0 : 1;
  } catch (error) {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    process.exitCode = 1;
  }
  setTimeout(() => {
    say('something a test opened is still open; ending anyway');
    process.exit();
  }, 10_000).unref();
}
