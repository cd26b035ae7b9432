import type { FileLocks } from '../locks/fileLocks.ts';
import { maxPathsPerRequest } from '../locks/lockConfig.ts';
import { sessionIdOf } from '../locks/lockHolder.ts';
import type { LockPath } from '../locks/lockPath.ts';
import type { LockConflict, LockOutcome } from '../locks/lockRequest.ts';
import type { HookSettings } from './hookSettings.ts';
import type { OtherSessions } from './hookPorts.ts';
import { turnOver } from './turnOver.ts';

export interface TurnLockPorts {
  readonly locks: Pick<FileLocks, 'lock' | 'closeTurn'>;
  readonly others: OtherSessions;
  readonly settings: HookSettings;
}

export interface TurnLockWish {
  /** At least one. */
  readonly paths: readonly LockPath[];
  /** Milliseconds for which the agent promises to be silent; without it its process tells. */
  readonly ttlMs?: number | undefined;
}

/**
 * Takes files for the rest of an agent's turn. Tries again once after locks were taken from those who
 * have nothing in hand any more. All or none; of more paths than one request may have, portion by portion.
 */
export async function lockForTurn(
  entryId: string,
  { paths, ttlMs }: TurnLockWish,
  ports: TurnLockPorts,
): Promise<LockOutcome> {
  const ref = { kind: 'session', sessionId: entryId } as const;
  const wish = { isTurnBound: true, ...(ttlMs !== undefined && { ttlMs }) };
  let granted: LockOutcome | undefined;
  for (let i = 0; i < paths.length; i += maxPathsPerRequest) {
    const request = { ...wish, paths: paths.slice(i, i + maxPathsPerRequest) };
    let outcome = await ports.locks.lock(ref, request);
    if (outcome.kind === 'held' && (await takeFromResting(outcome.conflicts, ports))) {
      outcome = await ports.locks.lock(ref, request);
    }
    if (outcome.kind === 'held') return outcome;
    const before = granted?.kind === 'granted' ? granted.grants : [];
    granted = { ...outcome, grants: [...before, ...outcome.grants] };
  }
  if (granted === undefined) throw new Error('no file is named');
  return granted;
}

/** Ends the turns of holders that have none any more; true when that freed something. */
async function takeFromResting(
  conflicts: readonly LockConflict[],
  { others, locks, settings }: TurnLockPorts,
): Promise<boolean> {
  const ofTurns = conflicts.filter(({ lock }) => lock?.isTurnBound === true);
  let isAnyFreed = false;
  for (const sessionId of new Set(ofTurns.flatMap(({ holder }) => sessionIdOf(holder) ?? []))) {
    const other = await others.find(sessionId);
    const over = other && turnOver(other.agent, other.evidence, settings);
    if (over === undefined) continue;
    const freed = await locks.closeTurn({ kind: 'session', sessionId }, { over });
    isAnyFreed ||= freed.length > 0;
  }
  return isAnyFreed;
}
