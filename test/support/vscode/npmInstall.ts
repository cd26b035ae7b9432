import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { isRunning } from './processEnd.ts';

const completionMarker = '.complete.json';

/** One line on stderr about what is being prepared; never holds the address of a registry. */
export function say(text: string): void {
  process.stderr.write(`[vscode] ${withoutHosts(text)}\n`);
}

/** Runs `step`, and says afterwards what it was and how long it took. */
export async function timed<T>(what: string, step: () => Promise<T>): Promise<T> {
  const start = Date.now();
  say(`${what} …`);
  const result = await step();
  say(`${what}: done in ${((Date.now() - start) / 1000).toFixed(1)} s`);
  return result;
}

/**
 * Runs a command to its end without showing its output. Rejects with the last lines of that output
 * when it could not be started or exits with another code than 0.
 */
export async function runQuietly(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  return await new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      ...options,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    });
    let output = '';
    const collect = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-100_000);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) return void resolve(output);
      const tail = withoutHosts(output.trim().split('\n').slice(-15).join('\n'));
      reject(new Error(`${command} ${args[0] ?? ''} ended with ${code ?? signal}:\n${tail}`));
    });
  });
}

/** Runs `npm install` in `folder`, never running a package's own scripts. */
export async function npmInstall(folder: string, args: readonly string[]): Promise<void> {
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  await runQuietly('npm', ['install', ...args, ...quiet], { cwd: folder });
}

/** True when `finalDir` was built to its end by {@link buildOnce}. */
export async function isComplete(finalDir: string): Promise<boolean> {
  return (await readdir(finalDir).catch((): string[] => [])).includes(completionMarker);
}

/**
 * Makes `finalDir` appear at once and whole: `build` fills a folder beside it, which is renamed
 * when it is complete. An interrupted build leaves nothing behind that counts, and of two
 * processes that build at the same time one wins and both go on with the winner's folder.
 */
export async function buildOnce(
  finalDir: string,
  build: (dir: string) => Promise<void>,
): Promise<void> {
  if (await isComplete(finalDir)) return;

  await mkdir(dirname(finalDir), { recursive: true });
  await removeLeftovers(finalDir);
  const buildDir = `${finalDir}.${process.pid}-${randomBytes(3).toString('hex')}.partial`;
  await mkdir(buildDir);
  try {
    // npm looks for the nearest package.json upwards: without this one it would be the project's.
    await writeFile(join(buildDir, 'package.json'), '{"private":true}\n');
    await build(buildDir);
    await writeFile(
      join(buildDir, completionMarker),
      `${JSON.stringify({ builtAt: new Date().toISOString() })}\n`,
    );
    await moveIntoPlace(buildDir, finalDir);
  } finally {
    await rm(buildDir, { recursive: true, force: true });
  }
}

async function moveIntoPlace(buildDir: string, finalDir: string): Promise<void> {
  try {
    await rename(buildDir, finalDir);
  } catch (error) {
    if (await isComplete(finalDir)) return; // another process was quicker
    if (!['ENOTEMPTY', 'EEXIST', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) {
      throw error;
    }
    await rm(finalDir, { recursive: true, force: true });
    await rename(buildDir, finalDir);
  }
}

async function removeLeftovers(finalDir: string): Promise<void> {
  const prefix = `${basename(finalDir)}.`;
  for (const name of await readdir(dirname(finalDir))) {
    if (!name.startsWith(prefix) || !name.endsWith('.partial')) continue;
    if (isRunning(Number.parseInt(name.slice(prefix.length), 10))) continue;
    await rm(join(dirname(finalDir), name), { recursive: true, force: true });
  }
}

function withoutHosts(text: string): string {
  return text.replace(/\bhttps?:\/\/[^\s'"]+/g, '<address>');
}
