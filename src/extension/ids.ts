import {
  identitiesViewId,
  identityCommandIds,
  identityContextKeys,
} from './identities/identityIds.ts';
import { sessionCommandIds, sessionContextKeys, sessionsViewId } from './sessions/sessionIds.ts';

/** Every command of this product. The manifest is compared with this list by a test. */
export const commandIds = [
  'heddle.registry.initialise',
  'heddle.registry.refresh',
  'heddle.log.show',
  'heddle.thread.reserve',
  'heddle.agent.releaseComplete',
  'heddle.agent.releaseAbandoned',
  'heddle.agent.releaseMerged',
  'heddle.agents.reap',
  'heddle.thread.reap',
  'heddle.agents.undoReap',
  'heddle.agent.showDetails',
  'heddle.agent.openEntryFile',
  'heddle.agent.openWorktree',
  'heddle.agent.openWorktreeInNewWindow',
  'heddle.agent.openWorktreeInTerminal',
  'heddle.agent.copySessionId',
  'heddle.agent.copyThread',
  'heddle.agent.delete',
  'heddle.agents.groupByChain',
  'heddle.agents.groupByThread',
  'heddle.agents.groupByHarness',
  'heddle.agents.groupFlat',
  'heddle.file.lock',
  'heddle.folder.lock',
  'heddle.file.unlock',
  'heddle.file.breakLock',
  'heddle.file.tellWhenFree',
  'heddle.file.showHolder',
  'heddle.file.compareWithDisk',
  'heddle.locks.openFile',
  'heddle.locks.reap',
  'heddle.locks.exportSnapshot',
  'heddle.locks.groupByFolder',
  'heddle.locks.groupByHolder',
  'heddle.locks.copyPath',
  'heddle.agents.connect',
  'heddle.agents.disconnect',
  'heddle.doctor.show',
  'heddle.hooks.openSettings',
  'heddle.discovered.showTerminal',
  'heddle.violation.showChanges',
  'heddle.violation.showHolder',
  'heddle.violation.showDoer',
  'heddle.violation.copy',
  ...sessionCommandIds,
  ...identityCommandIds,
] as const;
export type CommandId = (typeof commandIds)[number];

export const viewIds = {
  container: 'heddle',
  agents: 'heddle.agents',
  locks: 'heddle.locks',
  sessions: sessionsViewId,
  identities: identitiesViewId,
} as const;

/** Keys that `when` clauses of the manifest read. */
export const contextKeys = {
  /** `none`, `absent`, `empty`, `failed` or `ready`: what the view has to show. */
  registryState: 'heddle.registryState',
  grouping: 'heddle.agents.grouping',
  canUndoReap: 'heddle.canUndoReap',
  hasDeadReservations: 'heddle.hasDeadReservations',
  /** `none`, `empty`, `failed` or `ready`: what the view File Locks has to show. */
  locksState: 'heddle.locksState',
  locksGrouping: 'heddle.locks.grouping',
  /** Whether this window holds anything by hand. */
  holdsLocks: 'heddle.holdsLocks',
  /** Absolute paths as the keys of an object, for the operator `in`. */
  myLockedPaths: 'heddle.myLockedPaths',
  othersLockedPaths: 'heddle.othersLockedPaths',
  ...sessionContextKeys,
  ...identityContextKeys,
} as const;
