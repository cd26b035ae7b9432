import { RegistryError } from '../../core/agents/registryError.ts';
import type { LockWish } from '../../core/locks/fileLocks.ts';
import { findHolder, type HolderRef } from '../../core/locks/holderRef.ts';
import type { HolderProcess } from '../../core/locks/lockHolder.ts';
import type { LockPath } from '../../core/locks/lockPath.ts';
import type { LockConflict } from '../../core/locks/lockRequest.ts';
import type { WaitedOutcome } from '../../core/locks/lockWaiting.ts';
import { exitCodes, type ExitCode } from '../exitCodes.ts';
import { openLocksForAdding, toLockPath, type OpenLocks } from '../lockAccess.ts';
import { agentOf, type AgentFlag } from '../lockAgent.ts';
import { showGrants, showRefusal, type Refusal } from '../lockAnswer.ts';
import type { VerbContext } from '../verbContext.ts';
import { holderProcess, waitForLocks } from '../waitForLocks.ts';

export interface LockFlags extends AgentFlag {
  readonly ttl?: number;
  readonly shared?: boolean;
  readonly wait?: number;
  readonly reason?: string;
  readonly holdForPid?: number;
}

/** Takes files and folders for an agent, all or none, or says who holds them. */
export async function lock(
  context: VerbContext,
  paths: readonly string[],
  flags: LockFlags,
): Promise<ExitCode> {
  const agent = agentOf(context, flags);
  const open = await openLocksForAdding(context);
  const wish: LockWish = {
    paths: paths.map((path) => toLockPath(context, open, path)),
    mode: flags.shared === true ? 'shared' : 'exclusive',
    ttlMs: flags.ttl,
    reason: flags.reason,
  };
  const ref = { ...agent, process: await processToHoldFor(context, open, flags) };
  const asked = { paths, agent: agent.text };
  const outcome =
    flags.wait === undefined
      ? await open.locks.lock(ref, wish)
      : await waitForLocks(context, open, { ref, wish, limitMs: flags.wait });
  if (outcome.kind === 'granted') {
    await showGrants(context, open, { ...outcome, asked });
    return exitCodes.done;
  }
  const hasWaited = flags.wait !== undefined;
  const refusal = await refusalOf(open, { ref, paths: wish.paths, outcome, hasWaited });
  await showRefusal(context, open, { refusal, asked });
  return exitCodes.heldByOther;
}

/** @throws RegistryError `invalid-holder` for a process that does not run: its locks would end at once */
async function processToHoldFor(
  context: VerbContext,
  open: OpenLocks,
  { holdForPid }: LockFlags,
): Promise<HolderProcess | undefined> {
  if (holdForPid === undefined) return undefined;
  const state = (await open.registry.probe.probe([holdForPid])).get(holdForPid);
  if (state?.kind !== 'gone') return holderProcess(context, open, holdForPid);
  throw new RegistryError(
    'invalid-holder',
    `Process ${holdForPid} does not run, so nothing can be held for it. Name another one with --hold-for-pid, or leave it out.`,
  );
}

async function refusalOf(
  open: OpenLocks,
  {
    ref,
    paths,
    outcome,
    hasWaited,
  }: {
    readonly ref: HolderRef;
    readonly paths: readonly LockPath[];
    readonly outcome: Exclude<WaitedOutcome, { readonly kind: 'granted' }>;
    readonly hasWaited: boolean;
  },
): Promise<Refusal> {
  switch (outcome.kind) {
    case 'held': {
      const waitEnd = hasWaited ? 'timed-out' : undefined;
      return { conflicts: outcome.conflicts, waitEnd, cycle: [] };
    }
    case 'deadlock':
      return { conflicts: outcome.conflicts, waitEnd: 'deadlock', cycle: outcome.cycle };
    case 'stopped':
      return { conflicts: await heldNow(open, { ref, paths }), waitEnd: 'stopped', cycle: [] };
  }
}

/** Who holds the paths at this moment, for somebody who no longer wants them. */
async function heldNow(
  open: OpenLocks,
  { ref, paths }: { readonly ref: HolderRef; readonly paths: readonly LockPath[] },
): Promise<readonly LockConflict[]> {
  const { view } = await open.store.refresh();
  const own = findHolder(view, ref);
  const held = await Promise.all(paths.map((path) => open.locks.holdersOf(path)));
  return paths.flatMap((path, i) =>
    (held[i] ?? [])
      .filter(({ holder }) => holder.id !== own?.id)
      .map(({ holder, lock: { path: heldPath }, lock: taken, end }): LockConflict => ({
        path,
        holder,
        kind: 'held',
        heldPath,
        lock: taken,
        expiresAtMs: end.atMs,
      })),
  );
}
