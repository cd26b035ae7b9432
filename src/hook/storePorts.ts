import type { Clock } from '../base/clock.ts';
import type { ActivityEvent } from '../core/activity/activityEvent.ts';
import { withStatus } from '../core/agents/entryStatus.ts';
import { raiseUsageSummary } from '../core/harness/usage/usageSummary.ts';
import {
  sessionRecordsFolder,
  type SessionRecordFile,
} from '../node/harnessSessions/sessionRecordFile.ts';
import type { AgentEntry } from '../core/agents/agentEntry.ts';
import { formatTimestamp } from '../core/agents/timestamp.ts';
import type { HarnessEvent } from '../core/harness/harnessEvent.ts';
import type { EditByOther, HookAgents } from '../core/harness/hookPorts.ts';
import { lockKey, type LockPath, type PathRules } from '../core/locks/lockPath.ts';
import type { LockConflict } from '../core/locks/lockRequest.ts';
import type { Harness } from '../harnesses/harness.ts';
import type { HeddleRoot } from '../node/heddleRoot.ts';
import { openFileLocks, type OpenFileLocks } from '../node/openFileLocks.ts';
import { openRegistry, type OpenRegistry } from '../node/openRegistry.ts';
import { explainRefusal } from '../presentation/explainRefusal.ts';
import { identifyChild, identifySession } from './sessionIdentity.ts';

/** A hook lets its agent wait for others no longer than this. */
const storeLockTimeoutMs = 250;

export interface StorePortsOptions {
  readonly location: HeddleRoot;
  readonly harness: Harness;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly record: Pick<SessionRecordFile, 'state'>;
}

/** What hooks need of the stores. Opening it loads them. */
export interface StorePorts extends Omit<HookAgents, 'partyOf' | 'isListed'> {
  readonly registry: OpenRegistry;
  readonly locks: OpenFileLocks;
  editByOther(
    path: LockPath,
    query: { readonly entryId: string; readonly sinceMs: number },
  ): Promise<EditByOther | undefined>;
  refusal(conflicts: readonly LockConflict[]): Promise<string>;
}

export function openStorePorts({
  location,
  harness,
  env,
  clock,
  record,
}: StorePortsOptions): StorePorts {
  const options = { clock, lock: { timeoutMs: storeLockTimeoutMs } };
  const registry = openRegistry(location, options);
  const locks = openFileLocks(registry, options);
  const withUsage = async (entryId: string): Promise<(entry: AgentEntry) => AgentEntry> => {
    const { state } = record;
    if (state === undefined) return (entry) => entry;
    const { turnUsage } = await import('./turnUsage.ts');
    const used = await turnUsage({ folder: sessionRecordsFolder(location), state, entryId });
    return (entry) =>
      used ? { ...entry, usageSummary: raiseUsageSummary(entry.usageSummary, used) } : entry;
  };
  const identity = () => ({ harness, registry, env, nowMs: clock.now() });
  return {
    registry,
    locks,
    register: (event, known) => identifySession(withSession(event), known, identity()),
    registerChild: (event, at) =>
      identifyChild({ ...withSession(event), childKey: event.childKey ?? '' }, at, identity()),
    complete: async (entryId) => {
      const heartbeatAt = formatTimestamp(clock.now());
      const used = await withUsage(entryId);
      await registry.registry.updateEntry(entryId, (entry) =>
        entry.status === 'active'
          ? { ...withStatus(used(entry), 'complete', clock.now()), heartbeatAt }
          : entry,
      );
    },
    noteTurn: async (entryId, event) => {
      const now = formatTimestamp(clock.now());
      const model = event.model === undefined ? {} : { model: event.model };
      const used = await withUsage(entryId);
      await registry.registry.updateEntry(entryId, (entry) =>
        entry.status === 'active'
          ? { ...used(entry), ...model, heartbeatAt: now, lastProgressAt: now }
          : entry,
      );
    },
    editByOther: (path, query) => editByOther({ registry, rules: locks.paths.rules }, path, query),
    refusal: (conflicts) =>
      explainRefusal(conflicts, {
        ...{ store: registry.store, probe: registry.probe },
        ...{ root: registry.location.root, nowMs: clock.now() },
      }),
  };
}

function withSession(event: HarnessEvent): HarnessEvent & { readonly sessionKey: string } {
  if (event.sessionKey === undefined) throw new Error('the event names no session');
  return { ...event, sessionKey: event.sessionKey };
}

async function editByOther(
  { registry, rules }: { readonly registry: OpenRegistry; readonly rules: PathRules },
  path: LockPath,
  { entryId, sinceMs }: { readonly entryId: string; readonly sinceMs: number },
): Promise<EditByOther | undefined> {
  const key = lockKey(path, rules);
  const { events } = await registry.activity.read({
    sinceMs,
    limit: 1,
    matches: (event) =>
      isChangeBy(event, entryId) && event.paths.some((each) => lockKey(each, rules) === key),
  });
  const [event] = events;
  if (event === undefined) return undefined;
  const by = event.kind === 'lock-saved-over' ? event.other : event.actor;
  return { by: by?.name ?? '', atMs: event.atMs };
}

/** A change by anybody but this one. */
function isChangeBy({ kind, actor, other }: ActivityEvent, entryId: string): boolean {
  if (kind === 'file-edited' || kind === 'edit-unguarded') return actor.sessionId !== entryId;
  return kind === 'lock-saved-over' && other?.sessionId !== entryId;
}
