import { RegistryError } from '../core/agents/registryError.ts';
import { assertSessionId } from '../core/agents/sessionId.ts';
import { findHeddleRoot, heddleRootAt, type HeddleRoot } from '../node/heddleRoot.ts';
import { initRegistry } from '../node/initRegistry.ts';
import { openRegistry, type OpenRegistry } from '../node/openRegistry.ts';
import { baseFolder } from './options.ts';
import type { VerbContext } from './verbContext.ts';

/** What only reads takes the lock at most for tidying up; it does not let a person wait for that. */
const readingLockTimeoutMs = 100;

/** The root that `--root` names exactly, or the one of the working directory. */
export function locate({ host, root }: VerbContext): HeddleRoot {
  return root === undefined ? findHeddleRoot(host.cwd) : heddleRootAt(baseFolder(host.cwd, root));
}

/** For verbs to which a missing registry is an empty one. */
export function openForReading(context: VerbContext): OpenRegistry {
  return openRegistry(locate(context), {
    clock: context.host.clock,
    lock: { timeoutMs: readingLockTimeoutMs },
  });
}

/**
 * For verbs that add an agent. Only an explicit `--root` may bring a registry into being.
 * @throws RegistryError `no-registry`, `not-found` when the root is no folder
 */
export async function openForAdding(context: VerbContext): Promise<OpenRegistry> {
  const location = locate(context);
  if (!location.isPresent) {
    if (context.root === undefined) throw noRegistry(location);
    await initRegistry(location);
  }
  return openRegistry(location, { clock: context.host.clock });
}

/**
 * For verbs that read or change one agent. It never makes a registry.
 * @throws RegistryError `invalid-session-id`, `no-registry`, `not-found`
 */
export async function openForSession(
  context: VerbContext,
  sessionId: string,
  { isReading = false }: { readonly isReading?: boolean } = {},
): Promise<OpenRegistry> {
  assertSessionId(sessionId);
  const location = locate(context);
  if (!location.isPresent) throw noRegistry(location);
  const open = isReading
    ? openForReading(context)
    : openRegistry(location, { clock: context.host.clock });
  if (!(await open.store.exists())) throw unknownSession(open, sessionId);
  return open;
}

/** @throws RegistryError `not-found` when there is no such entry */
export function expectFound<T>(found: T | undefined, open: OpenRegistry, sessionId: string): T {
  if (found !== undefined) return found;
  throw unknownSession(open, sessionId);
}

/** Where to look next when there is nothing to show. */
export function noRegistryHint(location: HeddleRoot): string {
  return `There is no registry in ${location.root}. Run "heddle-agents init" to make one there, or name another folder with --root.`;
}

function noRegistry(location: HeddleRoot): RegistryError {
  return new RegistryError('no-registry', noRegistryHint(location), { file: location.root });
}

function unknownSession(open: OpenRegistry, sessionId: string): RegistryError {
  return new RegistryError(
    'not-found',
    `There is no agent ${sessionId} in ${open.folder}. "heddle-agents list" shows those that there are.`,
    { sessionId },
  );
}
