import type { Event } from '../base/event.ts';
import { formatTimestamp } from '../core/agents/timestamp.ts';
import type { LockWish } from '../core/locks/fileLocks.ts';
import type { HolderRef } from '../core/locks/holderRef.ts';
import type { HolderProcess, LockHolder } from '../core/locks/lockHolder.ts';
import { lockWhenFree, type WaitedOutcome } from '../core/locks/lockWaiting.ts';
import { keyOf } from '../core/locks/lockTable.ts';
import { overlaps } from '../core/locks/pathOverlap.ts';
import { recordProcess } from '../node/recordedProcess.ts';
import { longDuration } from '../presentation/lockWording.ts';
import { pathsText } from '../presentation/activityWording.ts';
import type { OpenLocks } from './lockAccess.ts';
import { holderLabel } from '../presentation/holderLabel.ts';
import type { VerbContext } from './verbContext.ts';

/** Longer than any timer may be; the timers of a wait do not keep the process up. */
const keepAliveMs = 0x7fff_ffff;

/**
 * Takes all paths as soon as they are free, and gives up after the limit or when it is asked to stop.
 * A waiter whose process dies counts for nothing, because it is recorded with its place in the queue.
 */
export async function waitForLocks(
  context: VerbContext,
  open: OpenLocks,
  {
    ref,
    wish,
    limitMs,
  }: { readonly ref: HolderRef; readonly wish: LockWish; readonly limitMs: number },
): Promise<WaitedOutcome> {
  const { host, output } = context;
  const signal = AbortSignal.any([host.stopSignal(), output.closedSignal]);
  const keepAlive = setInterval(() => undefined, keepAliveMs);
  try {
    const own = await holderProcess(context, open, process.pid);
    return await lockWhenFree(
      open.locks,
      { ref, wish: { ...wish, limitMs, process: own } },
      {
        clock: host.clock,
        signal,
        onDidChange: watchOnceAsked(open),
        onQueued: (ahead) => sayWhoIsAhead(context, open, { ahead, wish, limitMs }),
      },
    );
  } finally {
    clearInterval(keepAlive);
  }
}

/** All that there is to record of a process that runs. */
export async function holderProcess(
  { host }: VerbContext,
  { registry }: OpenLocks,
  pid: number,
): Promise<HolderProcess> {
  const startedAt = formatTimestamp(host.clock.now());
  return { ...(await recordProcess(registry.probe, pid)), startedAt };
}

/** Whoever gets everything at once needs no watch of the folder. */
function watchOnceAsked(open: OpenLocks): Event<unknown> {
  return (listener) => {
    const watcher = open.watch();
    // What happened before it was ready was told to nobody.
    void watcher.ready.then(() => listener(undefined));
    const subscription = watcher.onDidChange(listener);
    return {
      dispose: () => {
        subscription.dispose();
        watcher.dispose();
      },
    };
  };
}

function sayWhoIsAhead(
  { host, output }: VerbContext,
  open: OpenLocks,
  {
    ahead,
    wish,
    limitMs,
  }: {
    readonly ahead: readonly LockHolder[];
    readonly wish: LockWish;
    readonly limitMs: number;
  },
): void {
  if (host.stderr.isTTY !== true) return;
  const names = ahead.map((holder) => holderLabel({ holder, entry: undefined }));
  const position = 1 + ahead.filter((holder) => waitsForAny(holder, wish, open)).length;
  output.notes([
    `Waiting up to ${longDuration(limitMs)} for ${pathsText(wish)}. Ahead: ${[...new Set(names)].join(', ')}. Number ${position} in the queue; Ctrl-C leaves it.`,
  ]);
}

function waitsForAny({ waits }: LockHolder, { paths }: LockWish, { paths: { rules } }: OpenLocks) {
  const keys = paths.map((path) => keyOf(path, rules));
  return waits.some((wait) =>
    wait.paths.some((path) => keys.some((key) => overlaps(keyOf(path, rules), key))),
  );
}
