import { findHolder } from '../../core/locks/holderRef.ts';
import type { LockHolder } from '../../core/locks/lockHolder.ts';
import type { LockPath } from '../../core/locks/lockPath.ts';
import type { StandingLock } from '../../core/locks/fileLocks.ts';
import { keyOf } from '../../core/locks/lockTable.ts';
import { covers } from '../../core/locks/pathOverlap.ts';
import type { EndedHold } from '../../core/locks/releasing.ts';
import type { JsonValue } from '../../presentation/agentJson.ts';
import { inEnglish } from '../../presentation/agentWording.ts';
import { pathText } from '../../presentation/lockedPathText.ts';
import { endedHoldToJson, lockToJson } from '../../presentation/lockJson.ts';
import { timeLeftText } from '../../presentation/lockWording.ts';
import { exitCodes, type ExitCode } from '../exitCodes.ts';
import {
  evidenceOf,
  openLocksForReading,
  toLockPath,
  type Evidence,
  type OpenLocks,
} from '../lockAccess.ts';
import { agentOf, type AgentFlag } from '../lockAgent.ts';
import { holderLabel } from '../../presentation/holderLabel.ts';
import { endedRows } from '../lockLines.ts';
import type { TextLine } from '../textLine.ts';
import { UsageError } from '../usageError.ts';
import type { VerbContext } from '../verbContext.ts';

export interface UnlockFlags extends AgentFlag {
  readonly all?: boolean;
}

/** Gives paths back. What was not held is no error, unless somebody else holds it. */
export async function unlock(
  context: VerbContext,
  paths: readonly string[],
  flags: UnlockFlags,
): Promise<ExitCode> {
  const ref = agentOf(context, flags);
  if (paths.length > 0 === (flags.all === true)) {
    throw new UsageError('Name the paths to give back, or --all for everything that you hold.');
  }
  const open = openLocksForReading(context);
  const wanted = paths.map((path) => toLockPath(context, open, path));
  const isThere = await open.store.exists();
  const released = isThere
    ? await open.locks.release(ref, flags.all === true ? undefined : wanted)
    : [];
  const { view } = await open.store.refresh();
  const own = findHolder(view, ref);
  const left = isThere ? await stillHeld(open, { wanted, released }) : [];
  const kept = left.filter(({ holder }) => holder.id === own?.id);
  const others = await ofStrangers(context, open, { left, own, wanted });
  await show(context, open, { released, kept, others });
  return others.length > 0 ? exitCodes.heldByOther : exitCodes.done;
}

/** What is held where nothing was given back. */
async function stillHeld(
  open: OpenLocks,
  {
    wanted,
    released,
  }: { readonly wanted: readonly LockPath[]; readonly released: readonly EndedHold[] },
): Promise<readonly StandingLock[]> {
  const { rules } = open.paths;
  const freed = released.map(({ lock }) => keyOf(lock.path, rules));
  const unchanged = wanted.filter((path) => !freed.some((key) => covers(keyOf(path, rules), key)));
  const held = await Promise.all(unchanged.map((path) => open.locks.holdersOf(path)));
  const byToken = new Map(held.flat().map((each) => [each.lock.token, each]));
  return [...byToken.values()];
}

/** Of these, what covers a wanted path and belongs to nobody whom the agent spawned. */
async function ofStrangers(
  context: VerbContext,
  open: OpenLocks,
  {
    left,
    own,
    wanted,
  }: {
    readonly left: readonly StandingLock[];
    readonly own: LockHolder | undefined;
    readonly wanted: readonly LockPath[];
  },
): Promise<readonly StandingLock[]> {
  const { rules } = open.paths;
  const keys = wanted.map((path) => keyOf(path, rules));
  const others = left.filter(
    ({ holder, lock }) =>
      holder.id !== own?.id && keys.some((key) => covers(keyOf(lock.path, rules), key)),
  );
  const concerned = [...others.map(({ holder }) => holder), ...(own ? [own] : [])];
  const { look } = await evidenceOf(context, open, concerned);
  return others.filter(({ holder }) => own === undefined || !look.isAncestor(own, holder));
}

interface Unlocked {
  readonly released: readonly EndedHold[];
  /** Own locks around or inside a path that was named, which another name gives back. */
  readonly kept: readonly StandingLock[];
  readonly others: readonly StandingLock[];
}

async function show(context: VerbContext, open: OpenLocks, unlocked: Unlocked): Promise<void> {
  const { released, kept, others } = unlocked;
  const concerned = [...released, ...kept, ...others].map(({ holder }) => holder);
  const evidence = await evidenceOf(context, open, concerned);
  const toJson = ({ holder, lock, end }: StandingLock): JsonValue =>
    lockToJson({ ...evidence.known(holder), lock, expiresAtMs: end.atMs });
  context.output.result(
    () => ({
      released: released.map(endedHoldToJson),
      holders: others.map(toJson),
      kept: kept.map(toJson),
    }),
    () => unlockedLines(unlocked, evidence),
  );
}

function unlockedLines(
  { released, kept, others }: Unlocked,
  evidence: Evidence,
): readonly TextLine[] {
  if (released.length + kept.length + others.length === 0) {
    return ['Nothing was held; nothing was changed.'];
  }
  const rows = released.map(({ holder, lock }) => ({ lock, who: evidence.known(holder) }));
  return [
    ...(rows.length > 0 ? ['Released:', ...endedRows(rows)] : []),
    ...kept.map(({ lock }) => {
      const path = pathText(lock.path, inEnglish);
      return `You still hold ${path}: give it back under this very name, or with --all.`;
    }),
    ...others.map(({ holder, lock, end }) => {
      const who = evidence.known(holder);
      const left = timeLeftText(end, who, { nowMs: evidence.moment.nowMs });
      return `${pathText(lock.path, inEnglish)} is held by ${holderLabel(who)}, ${left}, not by you. "break" ends a lock that is stuck.`;
    }),
  ];
}
