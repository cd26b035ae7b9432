import { RegistryError } from '../../core/agents/registryError.ts';
import { findHolder } from '../../core/locks/holderRef.ts';
import { isStanding } from '../../core/locks/endedLocks.ts';
import type { FileLock } from '../../core/locks/fileLock.ts';
import type { LockHolder } from '../../core/locks/lockHolder.ts';
import type { LockPath } from '../../core/locks/lockPath.ts';
import { keyOf } from '../../core/locks/lockTable.ts';
import { covers } from '../../core/locks/pathOverlap.ts';
import type { EndedHold } from '../../core/locks/releasing.ts';
import { inEnglish } from '../agentWording.ts';
import { holderLabel } from '../holderLabel.ts';
import { pathText } from '../lockedPathText.ts';
import { endedHoldToJson, lockToJson } from '../lockJson.ts';
import { timeLeftText } from '../lockWording.ts';
import { callerToJson, expectCaller } from './callerWords.ts';
import { lookAtLocks, type LockEvidence } from './lockEvidence.ts';
import { readPaths } from './readPaths.ts';
import { boundedLines, firstRows } from './rows.ts';
import type { ToolAnswer, ToolCall, ToolCaller } from './toolCall.ts';
import { ToolInput } from './toolInput.ts';

interface Hold {
  readonly holder: LockHolder;
  readonly lock: FileLock;
}

/** Gives paths back. What was not held is no error; what others hold stays theirs, and is told. */
export async function unlockFilesAnswer({ world, caller, input }: ToolCall): Promise<ToolAnswer> {
  const read = new ToolInput(input, ['paths', 'all']);
  const isAll = read.flag('all');
  if (read.has('paths') === isAll) {
    const message = 'Give "paths", or "all": true for everything that you hold, but not both.';
    throw new RegistryError('invalid-path', message);
  }
  const by = expectCaller(caller);
  const paths = isAll ? undefined : readPaths(read, world);
  if (paths && by.source === 'claimed') assertOwnOnly(await lookAtLocks(world), by, paths);
  const isThere = await world.lockStore.exists();
  const released = isThere ? await world.locks.release(by.ref, paths) : [];
  const evidence = await lookAtLocks(world);
  const left = heldStill(evidence, { caller: by, paths: paths ?? [], released });
  return answerOf({ caller: by, released, ...left }, evidence);
}

/**
 * Whoever only says who it is gives back what is its own and nothing that those have whom it spawned.
 * @throws RegistryError `not-holder`
 */
function assertOwnOnly(
  { view, moment, ...evidence }: LockEvidence,
  { ref }: ToolCaller,
  paths: readonly LockPath[],
): void {
  const own = findHolder(view, ref);
  if (own === undefined) return;
  for (const path of paths) {
    const key = keyOf(path, view.rules);
    for (const held of view.overlapping(key)) {
      const holder = view.get(held.holderId);
      if (holder === undefined || !covers(key, held.key)) continue;
      if (!isStanding(holder, held.lock, moment) || !moment.look.isAncestor(own, holder)) continue;
      const label = holderLabel(evidence.known(holder));
      const message = `${pathText(held.lock.path, inEnglish)} is held by ${label}, and you only say who you are: name that session as "agent" to give it back.`;
      throw new RegistryError('not-holder', message);
    }
  }
}

/** What is held where nothing was given back: by the caller around or inside a path, and by others. */
function heldStill(
  { view, moment }: LockEvidence,
  {
    caller,
    paths,
    released,
  }: {
    readonly caller: ToolCaller;
    readonly paths: readonly LockPath[];
    readonly released: readonly EndedHold[];
  },
): { readonly kept: readonly Hold[]; readonly others: readonly Hold[] } {
  const own = findHolder(view, caller.ref);
  const freed = released.map(({ lock }) => keyOf(lock.path, view.rules));
  const kept = new Map<number, Hold>();
  const others = new Map<number, Hold>();
  for (const path of paths) {
    const key = keyOf(path, view.rules);
    if (freed.some((each) => covers(key, each))) continue;
    for (const { holderId, key: heldKey, lock } of view.overlapping(key)) {
      const holder = view.get(holderId);
      if (holder === undefined || !isStanding(holder, lock, moment)) continue;
      if (holderId === own?.id) kept.set(lock.token, { holder, lock });
      else if (covers(heldKey, key)) others.set(lock.token, { holder, lock });
    }
  }
  return { kept: [...kept.values()], others: [...others.values()] };
}

function answerOf(
  {
    caller,
    released,
    kept,
    others,
  }: {
    readonly caller: ToolCaller;
    readonly released: readonly EndedHold[];
    readonly kept: readonly Hold[];
    readonly others: readonly Hold[];
  },
  evidence: LockEvidence,
): ToolAnswer {
  const { nowMs } = evidence.moment;
  const toJson = ({ holder, lock }: Hold) =>
    lockToJson({
      ...evidence.known(holder),
      lock,
      expiresAtMs: evidence.endOf(holder, lock).atMs,
    });
  const shown = ({ lock }: Hold | EndedHold): string => pathText(lock.path, inEnglish);
  const lines = [
    ...(released.length > 0
      ? ['Released:', ...boundedLines(released.map((each) => `- ${shown(each)}`))]
      : []),
    ...kept.map(
      (each) => `You still hold ${shown(each)}: give it back under this very name, or with "all".`,
    ),
    ...others.map((each) => {
      const who = evidence.known(each.holder);
      const left = timeLeftText(evidence.endOf(each.holder, each.lock), who, { nowMs });
      return `${shown(each)} is held by ${holderLabel(who)}, ${left}, not by you.`;
    }),
  ];
  return {
    text: lines.length === 0 ? 'Nothing was held; nothing was changed.' : lines.join('\n'),
    data: {
      released: firstRows(released).shown.map(endedHoldToJson),
      released_count: released.length,
      kept: firstRows(kept).shown.map(toJson),
      holders: firstRows(others).shown.map(toJson),
      caller: callerToJson(caller),
    },
  };
}
