import { errorText } from '../base/errorText.ts';
import { RegistryError } from '../core/agents/registryError.ts';

/** What a system error means for a store: the file, what went wrong, and where to look. */
export function ioError(what: string, file: string, cause: unknown): RegistryError {
  return new RegistryError(
    'io',
    `${what} (${errorText(cause)}). Check the permissions and the free space of the disk.`,
    { file },
    { cause },
  );
}

/** Refuses every write to a store of an untrusted workspace. */
export function readOnlyError(): RegistryError {
  return new RegistryError(
    'read-only',
    'This workspace is not trusted, so nothing is written. Trust it first (Workspaces: Manage Workspace Trust).',
  );
}
