import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import Mocha from 'mocha';

import { ensureChromium } from '../support/vscode/findChromium.ts';
import { ensureCodeServer } from '../support/vscode/installCodeServer.ts';
import { say } from '../support/vscode/npmInstall.ts';
import { removeOldFailures } from '../support/vscode/oldFailures.ts';
import { projectRoot } from '../support/vscode/projectPaths.ts';
import { captureFailure, endUiSessions, findPackage } from '../support/vscode/uiSession.ts';

const testTimeoutMs = 120_000;

export interface UiRunOptions {
  readonly grep?: string;
  /** Only every second file, from the first or from the second one on. */
  readonly shard?: Shard;
}

const shards = [0, 1] as const;
type Shard = (typeof shards)[number];

/**
 * Runs `test/ui/*.ui.ts` against the packaged extension in a real workbench. Returns the number of
 * failures; rejects when nothing could be run or nothing was.
 */
export async function runUiTests(options: UiRunOptions = {}): Promise<number> {
  const vsix = await findPackage();
  process.env.HEDDLE_VSIX = vsix;
  const install = await ensureCodeServer();
  const browser = await ensureChromium();
  say(
    `UI tests of ${vsix} in code-server (VS Code ${install.vscodeVersion}) with ${browser.executablePath}`,
  );
  if (options.shard === undefined) await removeOldFailures();

  const mocha = new Mocha({
    ui: 'bdd',
    reporter: 'spec',
    color: process.stdout.isTTY,
    timeout: testTimeoutMs,
    slow: 15_000,
    rootHooks: { afterEach: reportFailure },
    ...(options.grep === undefined ? {} : { grep: options.grep }),
  });
  for (const file of await filesOf(options.shard)) await loadTests(mocha, file);

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

async function filesOf(shard: Shard | undefined): Promise<readonly string[]> {
  const uiDir = join(projectRoot, 'test/ui');
  const names = (await readdir(uiDir, { recursive: true })).filter((name) =>
    name.endsWith('.ui.ts'),
  );
  return names
    .sort()
    .filter((_name, i) => shard === undefined || i % shards.length === shard)
    .map((name) => join(uiDir, name));
}

/**
 * Half of the files each, in two processes at once: the tests wait for windows most of the time. What
 * they print comes one after the other. Returns how many of them failed.
 */
async function runInShards(): Promise<number> {
  await removeOldFailures();
  // What both need is made once.
  await ensureCodeServer();
  await ensureChromium();
  const exits = await Promise.all(shards.map(runShard));
  for (const { output } of exits) process.stdout.write(output);
  return exits.filter(({ code }) => code !== 0).length;
}

function runShard(
  shard: Shard,
): Promise<{ readonly code: number | null; readonly output: string }> {
  return new Promise((resolve, reject) => {
    const file = fileURLToPath(import.meta.url);
    const child = spawn(process.execPath, ['--import', 'tsx', file, '--shard', String(shard)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const chunks: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    }
    child.once('error', reject);
    child.once('close', (code) =>
      resolve({ code, output: Buffer.concat(chunks).toString('utf8') }),
    );
  });
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

function runAsAsked(args: readonly string[]): Promise<number> {
  const valueOf = (flag: string): string | undefined => args[args.indexOf(flag) + 1];
  if (args.includes('--grep')) return runUiTests({ grep: valueOf('--grep') ?? '' });
  if (args.includes('--shard')) return runUiTests({ shard: valueOf('--shard') === '1' ? 1 : 0 });
  return runInShards();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    process.exitCode = (await runAsAsked(process.argv.slice(2))) === 0 ? 0 : 1;
  } catch (error) {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    process.exitCode = 1;
  }
  setTimeout(() => {
    say('something a test opened is still open; ending anyway');
    process.exit();
  }, 10_000).unref();
}
