import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cliPath } from '../../support/cliPath.ts';

export interface SpawnCliOptions {
  readonly cwd?: string;
  readonly cli?: string;
}

/** Starts the built program as its own process. */
export function spawnCli(
  args: readonly string[],
  { cwd, cli = cliPath() }: SpawnCliOptions = {},
): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [cli, ...args], { cwd });
}

export interface CliEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Collects what a started program prints until it ends. */
export async function ended(child: ChildProcessWithoutNullStreams): Promise<CliEnd> {
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { code, signal, stdout, stderr };
}

export function runCliProcess(
  args: readonly string[],
  options: SpawnCliOptions = {},
): Promise<CliEnd> {
  return ended(spawnCli(args, options));
}

/** Copies the verbs to where no node_modules lies beside them; returns the program to run. */
export function copyVerbs(folder: string): string {
  for (const name of ['cli.cjs', 'verbs.cjs']) {
    copyFileSync(join(dirname(cliPath()), name), join(folder, name));
  }
  return join(folder, 'cli.cjs');
}
