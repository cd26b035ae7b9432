import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';

/** A program to be started. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** All of its environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** Starts a program at the head of a process group of its own. Whether it could be is told by its events. */
export function spawnProgram(
  { command, args, cwd, env }: Program,
  stdio: StdioOptions,
  platform: NodeJS.Platform = process.platform,
): ChildProcess {
  const options = { cwd, env, stdio, windowsHide: true, detached: platform !== 'win32' } as const;
  if (platform !== 'win32' || !/\.(?:cmd|bat)$/i.test(command)) {
    return spawn(command, args, options);
  }
  // Windows runs such files only through its shell, which reads the line once more.
  const line = [command, ...args].map(quotedForCmd).join(' ');
  const shell = env.ComSpec ?? 'cmd.exe';
  const shellArgs = ['/d', '/s', '/c', `"${line}"`];
  return spawn(shell, shellArgs, { ...options, windowsVerbatimArguments: true });
}

function quotedForCmd(word: string): string {
  const quoted = `"${word.replaceAll(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1')}"`;
  return quoted.replaceAll(/[()%!^"<>&|]/g, '^$&');
}
