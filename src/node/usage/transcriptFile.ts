import { constants, type Stats } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { errorCode, errorText } from '../../base/errorText.ts';

/** Transcripts of months of work are smaller. */
export const maxTranscriptBytes = 2 * 1024 * 1024 * 1024;

export type OpenedTranscript =
  | { readonly kind: 'open'; readonly handle: FileHandle; readonly stats: Stats }
  | { readonly kind: 'missing' }
  | { readonly kind: 'refused'; readonly problem: string };

/** Windows has no such flag. */
const openFlags = constants.O_RDONLY | ((constants.O_NONBLOCK as number | undefined) ?? 0);

/**
 * Opens a file that an agent's payload names, which may be any path. Only regular files of bounded size
 * whose name is that of a transcript are opened: no device, pipe or folder, nothing on another machine.
 * The caller closes the handle.
 */
export async function openTranscript(path: string): Promise<OpenedTranscript> {
  const problem = pathProblem(path);
  if (problem !== undefined) return { kind: 'refused', problem };
  try {
    // First, because to open a device can be an action.
    const before = fileProblem(await stat(path));
    if (before !== undefined) return { kind: 'refused', problem: before };
    return await openRegular(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return { kind: 'missing' };
    return { kind: 'refused', problem: `The transcript cannot be read (${errorText(error)}).` };
  }
}

async function openRegular(path: string): Promise<OpenedTranscript> {
  const handle = await open(path, openFlags);
  try {
    const stats = await handle.stat();
    const problem = fileProblem(stats);
    if (problem === undefined) return { kind: 'open', handle, stats };
    await handle.close();
    return { kind: 'refused', problem };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function pathProblem(path: string): string | undefined {
  if (path.length > 4096 || path.includes('\0')) return 'The path of the transcript is no path.';
  if (!isAbsolute(path)) return 'The path of the transcript is not absolute.';
  if (/^[\\/]{2}/.test(path)) return 'The transcript is on another machine.';
  if (!/\.jsonl?$/i.test(path)) return 'The file does not have the name of a transcript.';
  return undefined;
}

function fileProblem(stats: Stats): string | undefined {
  if (!stats.isFile()) return 'The transcript is not a regular file.';
  if (stats.size > maxTranscriptBytes) {
    return `The transcript is too large (${stats.size} bytes; at most ${maxTranscriptBytes} are read).`;
  }
  return undefined;
}
