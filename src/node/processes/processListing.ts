import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { ListedProcess } from '../../core/harness/discovery/listedProcess.ts';
import { parseDarwinListing } from './darwinProcesses.ts';
import { parseWindowsListing, windowsListingScript } from './windowsProcesses.ts';

const commandTimeoutMs = 10_000;
const maxOutputBytes = 32 * 1024 * 1024;

/**
 * Every process of a macOS or Windows machine by its id.
 * @throws what kept the platform's command from running
 */
export async function listProcesses(
  platform: 'darwin' | 'win32',
): Promise<ReadonlyMap<number, ListedProcess>> {
  if (platform === 'win32') {
    const args = ['-NoProfile', '-NonInteractive', '-Command', windowsListingScript];
    return parseWindowsListing(await output('powershell.exe', args));
  }
  const ps = (columns: string): Promise<string> => output('/bin/ps', ['-A', '-ww', '-o', columns]);
  // The path of the program may contain spaces, so it must stand last in a listing of its own.
  const [paths, commands] = await Promise.all([ps('pid=,ppid=,comm='), ps('pid=,args=')]);
  return parseDarwinListing(paths, commands);
}

async function output(command: string, args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(command, args, {
    timeout: commandTimeoutMs,
    windowsHide: true,
    maxBuffer: maxOutputBytes,
    env: { ...process.env, LC_ALL: 'C' },
  });
  return stdout;
}
