import { findHolder, type HolderRef } from '../../core/locks/holderRef.ts';
import type { LockPath } from '../../core/locks/lockPath.ts';
import { personName } from '../../node/personIdentity.ts';
import { inEnglish } from '../../presentation/agentWording.ts';
import { pathText } from '../../presentation/lockedPathText.ts';
import { endedHoldToJson } from '../../presentation/lockJson.ts';
import { exitCodes, type ExitCode } from '../exitCodes.ts';
import { evidenceOf, openLocksForReading, toLockPath, type OpenLocks } from '../lockAccess.ts';
import { agentOrNobody, type AgentFlag } from '../lockAgent.ts';
import { endedRows } from '../lockLines.ts';
import { UsageError } from '../usageError.ts';
import type { VerbContext } from '../verbContext.ts';

export interface BreakFlags extends AgentFlag {
  /** Not needed for what stands for unsaved changes. */
  readonly reason?: string;
}

/** Takes a path away from everybody else who holds it, and lets them know who did it and why. */
export async function breakLock(
  context: VerbContext,
  text: string,
  flags: BreakFlags,
): Promise<ExitCode> {
  const by = agentOrNobody(context, flags);
  const open = openLocksForReading(context);
  const path = toLockPath(context, open, text);
  const byName = by?.text ?? personName(context.host.cwd);
  const { reason } = flags;
  const isSoftOnly = reason === undefined;
  const broken = (await open.store.exists())
    ? await open.locks.break({ path, by, byName, reason, isSoftOnly })
    : [];
  if (isSoftOnly && broken.length === 0) await expectNoOtherLock(open, { path, by });
  const holders = broken.map(({ holder }) => holder);
  const evidence = await evidenceOf(context, open, holders);
  context.output.result(
    () => ({ broken: broken.map(endedHoldToJson) }),
    () =>
      broken.length === 0
        ? [`Nobody else holds ${pathText(path, inEnglish)}; nothing was broken.`]
        : [
            'Broken:',
            ...endedRows(broken.map(({ holder, lock }) => ({ lock, who: evidence.known(holder) }))),
            'Whoever held it is told why at its next check.',
          ],
  );
  return broken.length === 0 ? exitCodes.notFound : exitCodes.done;
}

/** @throws UsageError when there is a lock that nobody may break without a word */
async function expectNoOtherLock(
  open: OpenLocks,
  { path, by }: { readonly path: LockPath; readonly by: HolderRef | undefined },
): Promise<void> {
  const { view } = await open.store.refresh();
  const own = by && findHolder(view, by);
  const others = (await open.locks.holdersOf(path)).filter(({ holder }) => holder.id !== own?.id);
  if (others.length === 0) return;
  throw new UsageError('Say why the lock is broken, with --reason: its holder is told.');
}
