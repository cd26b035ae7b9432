import assert from 'node:assert/strict';
import { isRegistryError, type RegistryErrorCode } from '../../src/core/agents/registryError.ts';

/** Asserts that work fails with a registry error of this code, and returns its message. */
export async function rejectsWith(
  work: Promise<unknown>,
  code: RegistryErrorCode,
): Promise<string> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(isRegistryError(error, code), `rejects with ${code}, not ${String(error)}`);
  return error.message;
}
