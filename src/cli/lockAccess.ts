import { silentLogger } from '../base/logger.ts';
import type { AgentView } from '../core/agents/agentIndex.ts';
import { LivenessAssessor } from '../core/agents/livenessAssessor.ts';
import { entryOf, lookAt } from '../core/locks/holderEvidence.ts';
import { defaultLockConfig } from '../core/locks/lockConfig.ts';
import { lockEnd, type LockEnd } from '../core/locks/lockEnd.ts';
import type { FileLock } from '../core/locks/fileLock.ts';
import type { LockHolder } from '../core/locks/lockHolder.ts';
import { blindLook, type LockMoment, type Look } from '../core/locks/lockMoment.ts';
import type { LockPath } from '../core/locks/lockPath.ts';
import { openFileLocks, type OpenFileLocks } from '../node/openFileLocks.ts';
import type { OpenRegistry } from '../node/openRegistry.ts';
import type { KnownHolder } from '../presentation/lockWording.ts';
import { baseFolder } from './options.ts';
import { openForAdding, openForReading } from './registryAccess.ts';
import type { VerbContext } from './verbContext.ts';

/** The file locks of a root together with the registry of those who hold them. */
export interface OpenLocks extends OpenFileLocks {
  readonly registry: OpenRegistry;
}

/** For verbs to which missing locks are none. Nothing is made. */
export function openLocksForReading(context: VerbContext): OpenLocks {
  return openLocks(context, openForReading(context));
}

/** For verbs that add locks. @throws RegistryError `no-registry`, unless `--root` is given */
export async function openLocksForAdding(context: VerbContext): Promise<OpenLocks> {
  return openLocks(context, await openForAdding(context));
}

function openLocks({ host }: VerbContext, registry: OpenRegistry): OpenLocks {
  return { ...openFileLocks(registry, { clock: host.clock }), registry };
}

/** A path of the command line. @throws RegistryError `outside-root`, `invalid-path` */
export function toLockPath(context: VerbContext, open: OpenLocks, path: string): LockPath {
  return open.paths.toLockPath(path, baseFolder(context.host.cwd, context.root));
}

/** What can be found out about holders beyond what they wrote themselves. */
export interface Evidence {
  readonly entries: AgentView;
  readonly look: Look;
  readonly moment: LockMoment;
  known(holder: LockHolder): KnownHolder;
  /** When a lock ends, and why then. */
  endOf(holder: LockHolder, lock: FileLock): LockEnd;
}

/** Looks at the agents and processes of these holders. */
export async function evidenceOf(
  { host }: VerbContext,
  { registry }: OpenLocks,
  holders: Iterable<LockHolder>,
): Promise<Evidence> {
  const entries = await registry.store.refresh();
  const concerned = [...new Set(holders)];
  const assessor = new LivenessAssessor(registry.probe, silentLogger);
  const look = concerned.length === 0 ? blindLook : await lookAt(concerned, { entries, assessor });
  const config = defaultLockConfig;
  const moment = { nowMs: host.clock.now(), config, look, record: () => undefined };
  return {
    entries,
    look,
    moment,
    known: (holder) => ({
      holder,
      entry: entryOf(holder, entries),
      verdict: look.verdictOf(holder),
    }),
    endOf: (holder, lock) => lockEnd(holder, lock, { verdict: look.verdictOf(holder), config }),
  };
}
