import { keyOf } from '../../core/locks/lockTable.ts';
import { overlaps } from '../../core/locks/pathOverlap.ts';
import { inEnglish } from '../agentWording.ts';
import { pathText } from '../lockedPathText.ts';
import { lockToJson, waitToJson } from '../lockJson.ts';
import { callerToJson } from './callerWords.ts';
import { lockLine, standingLocks, waitLine } from './listLocksAnswer.ts';
import { lookAtLocks } from './lockEvidence.ts';
import { queueOrder, waitsForAny } from './queueOrder.ts';
import { boundedLines, firstRows } from './rows.ts';
import { maxPathLength } from './toolBounds.ts';
import type { ToolAnswer, ToolCall } from './toolCall.ts';
import { ToolInput } from './toolInput.ts';

/** Who holds a path, something around it or something in it, and who waits for it. */
export async function whoHoldsAnswer({ world, caller, input }: ToolCall): Promise<ToolAnswer> {
  const read = new ToolInput(input, ['path']);
  const path = world.toLockPath(read.requiredText('path', maxPathLength));
  const evidence = await lookAtLocks(world);
  const { rules } = evidence.view;
  const key = keyOf(path, rules);
  const snapshots = evidence.snapshots();
  const locks = standingLocks(snapshots).filter(({ held }) => overlaps(held.key, key));
  const waits = queueOrder(snapshots, rules).filter(({ wait }) => waitsForAny(wait, [path], rules));
  const { nowMs } = evidence.moment;
  const shown = pathText(path, inEnglish);
  const shownLocks = firstRows(locks);
  return {
    text: [
      locks.length === 0 ? `Nobody holds ${shown}.` : `${shown}:`,
      ...boundedLines(locks.map((lock) => lockLine(lock, nowMs))),
      ...boundedLines(waits.map((wait) => waitLine(wait, nowMs))),
    ].join('\n'),
    data: {
      path,
      holders: shownLocks.shown.map(({ who, held }) =>
        lockToJson({ ...who, lock: held.lock, expiresAtMs: held.end.atMs }),
      ),
      more: shownLocks.more,
      waiting: firstRows(waits).shown.map(({ who, wait, position }) =>
        waitToJson(who.holder, wait, position),
      ),
      caller: callerToJson(caller),
    },
  };
}
