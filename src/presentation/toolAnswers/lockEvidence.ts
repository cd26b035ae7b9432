import { actorLookup, type AgentView } from '../../core/agents/agentIndex.ts';
import { entryOf, lookAt } from '../../core/locks/holderEvidence.ts';
import { snapshotHolder } from '../../core/locks/holderSnapshot.ts';
import { lockEnd, type LockEnd } from '../../core/locks/lockEnd.ts';
import type { FileLock } from '../../core/locks/fileLock.ts';
import type { LockHolder } from '../../core/locks/lockHolder.ts';
import type { LockMoment } from '../../core/locks/lockMoment.ts';
import type { HolderSnapshot } from '../../core/locks/lockSnapshot.ts';
import type { StoredLocks } from '../../core/locks/lockStore.ts';
import type { LockView } from '../../core/locks/lockTable.ts';
import type { KnownHolder } from '../lockWording.ts';
import type { ToolWorld } from './toolCall.ts';

/** The holders of a repository at one moment, with what can be found out about them. */
export interface LockEvidence {
  readonly view: LockView;
  readonly broken: StoredLocks['broken'];
  readonly entries: AgentView;
  readonly moment: LockMoment;
  known(holder: LockHolder): KnownHolder;
  endOf(holder: LockHolder, lock: FileLock): LockEnd;
  /** Everybody with what stands of theirs. */
  snapshots(): readonly HolderSnapshot[];
}

/** Looks at every holder and its process once. Nothing is made or written. */
export async function lookAtLocks(world: ToolWorld): Promise<LockEvidence> {
  const { view, broken } = await world.lockStore.refresh();
  const entries = await world.agentStore.refresh();
  const holders = [...view.holders()];
  const look = await lookAt(holders, { entries, assessor: world.liveness });
  const config = world.config();
  const moment = { nowMs: world.clock.now(), config, look, record: () => undefined };
  const known = (holder: LockHolder): KnownHolder => ({
    holder,
    entry: entryOf(holder, entries),
    verdict: look.verdictOf(holder),
  });
  return {
    view,
    broken,
    entries,
    moment,
    known,
    endOf: (holder, lock) => lockEnd(holder, lock, { verdict: look.verdictOf(holder), config }),
    snapshots: () => {
      const lookup = actorLookup(entries);
      return holders.map((holder) =>
        snapshotHolder({ ...known(holder), lookup }, undefined, moment),
      );
    },
  };
}
