import { errorCode, errorText } from '../../base/errorText.ts';

/** Why something could not be written below a folder: sentences for people, with what to do. */
export function writeProblem(error: unknown, folder: string): string {
  if (!isSystemError(error)) return errorText(error);
  const { dest } = error;
  if (typeof dest === 'string' && ['EISDIR', 'ENOTEMPTY'].includes(errorCode(error) ?? '')) {
    return `${dest} is a folder, where a file belongs; move it away.`;
  }
  return `${folder} cannot be used (${errorText(error)}). Check the permissions and the free space of the disk.`;
}

function isSystemError(error: unknown): error is { readonly dest?: unknown } {
  return typeof error === 'object' && error !== null && 'syscall' in error;
}
