import { lockWhenFree, type WaitedOutcome } from '../../core/locks/lockWaiting.ts';
import type { LockHolder } from '../../core/locks/lockHolder.ts';
import type { LockPath } from '../../core/locks/lockPath.ts';
import { pathsText } from '../activityWording.ts';
import { holderLabel } from '../holderLabel.ts';
import { cycleSentence, longDuration } from '../lockWording.ts';
import { expectCaller } from './callerWords.ts';
import { lookAtLocks } from './lockEvidence.ts';
import { grantedAnswer, lockArguments, readWish, refusedAnswer } from './lockFilesAnswer.ts';
import { waitsForAny } from './queueOrder.ts';
import { defaultWaitSeconds, maxWaitSeconds } from './toolBounds.ts';
import type { JsonObject, ToolAnswer, ToolCall } from './toolCall.ts';
import { ToolInput } from './toolInput.ts';

/** Waits until the files are free and takes them, all or none, or says after the limit who holds them. */
export async function waitForFilesAnswer(call: ToolCall): Promise<ToolAnswer> {
  const { world, input } = call;
  const read = new ToolInput(input, [...lockArguments, 'timeout_seconds']);
  const caller = expectCaller(call.caller);
  const wish = readWish(read, world, caller);
  const seconds = read.number('timeout_seconds', { min: 1, max: maxWaitSeconds });
  const limitMs = Math.round((seconds ?? defaultWaitSeconds) * 1000);

  const startedMs = world.clock.now();
  let position: number | undefined;
  const waiting = { ...wish, limitMs, process: await world.waitingProcess() };
  const outcome = await lockWhenFree(
    world.locks,
    { ref: caller.ref, wish: waiting },
    {
      clock: world.clock,
      signal: call.signal,
      onDidChange: world.onDidChangeLocks,
      onQueued: (ahead) => {
        position = placeAfter(ahead, wish.paths, call);
        call.onProgress(queuedText(ahead, { paths: wish.paths, position, limitMs }));
      },
    },
  );
  const answer = await toAnswer(outcome, { ...call, caller });
  const queue: JsonObject = {
    wait: waitWord(outcome),
    position: position ?? null,
    waited_ms: Math.max(0, world.clock.now() - startedMs),
  };
  return { text: answer.text, data: { ...answer.data, ...queue } };
}

/** Everybody ahead who waits as well has come first; whoever holds it is in no queue. */
function placeAfter(
  ahead: readonly LockHolder[],
  paths: readonly LockPath[],
  { world }: ToolCall,
): number {
  const { rules } = world.paths;
  const isWaiter = ({ waits }: LockHolder): boolean =>
    waits.some((wait) => waitsForAny(wait, paths, rules));
  return 1 + ahead.filter(isWaiter).length;
}

function queuedText(
  ahead: readonly LockHolder[],
  {
    paths,
    position,
    limitMs,
  }: { readonly paths: readonly LockPath[]; readonly position: number; readonly limitMs: number },
): string {
  const names = new Set(ahead.map((holder) => holderLabel({ holder, entry: undefined })));
  return `Waiting up to ${longDuration(limitMs)} for ${pathsText({ paths })}. Ahead: ${[...names].join(', ')}. Number ${position} in the queue.`;
}

function waitWord(outcome: WaitedOutcome): string | null {
  switch (outcome.kind) {
    case 'granted':
      return null;
    case 'held':
      return 'timed-out';
    case 'deadlock':
    case 'stopped':
      return outcome.kind;
  }
}

async function toAnswer(
  outcome: WaitedOutcome,
  { world, caller }: Pick<ToolCall, 'world'> & { readonly caller: ReturnType<typeof expectCaller> },
): Promise<ToolAnswer> {
  const evidence = await lookAtLocks(world);
  const around = { caller, evidence };
  switch (outcome.kind) {
    case 'granted':
      return grantedAnswer(outcome, around);
    case 'held': {
      const advice =
        'The wait is over. Work on another file, or wait again: the place in the queue is given up.';
      return refusedAnswer(outcome, { ...around, advice });
    }
    case 'deadlock': {
      const names = outcome.cycle.map((holder) => holderLabel(evidence.known(holder)));
      const advice = `${cycleSentence(names)} Give back what you hold with unlock_files and take everything at once.`;
      return refusedAnswer(outcome, { ...around, advice });
    }
    case 'stopped': {
      const advice = 'Stopped waiting; the place in the queue is given up.';
      return refusedAnswer({ conflicts: [] }, { ...around, advice });
    }
  }
}
