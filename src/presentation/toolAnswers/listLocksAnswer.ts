import { findHolder } from '../../core/locks/holderRef.ts';
import type { HeldPath, HolderSnapshot } from '../../core/locks/lockSnapshot.ts';
import { keyOf } from '../../core/locks/lockTable.ts';
import { overlaps } from '../../core/locks/pathOverlap.ts';
import { inEnglish } from '../agentWording.ts';
import { holderLabel } from '../holderLabel.ts';
import { pathText } from '../lockedPathText.ts';
import { brokenHolderToJson, lockToJson, waitToJson } from '../lockJson.ts';
import { longDuration, timeLeftText } from '../lockWording.ts';
import { toPlainLine } from '../plainText.ts';
import { callerToJson } from './callerWords.ts';
import { lookAtLocks } from './lockEvidence.ts';
import { queueOrder, waitsForAny, type QueuedWait } from './queueOrder.ts';
import { boundedLines, firstRows } from './rows.ts';
import { maxAgentLength, maxPathLength, maxRows } from './toolBounds.ts';
import type { ToolAnswer, ToolCall } from './toolCall.ts';
import { ToolInput } from './toolInput.ts';

export interface ShownLock {
  readonly who: HolderSnapshot;
  readonly held: HeldPath;
}

const maxBroken = 20;

/** What is held and waited for, by path. */
export async function listLocksAnswer({ world, caller, input }: ToolCall): Promise<ToolAnswer> {
  const read = new ToolInput(input, ['path', 'holder', 'limit']);
  const text = read.text('path', maxPathLength);
  const path = text === undefined ? undefined : world.toLockPath(text);
  const holderText = read.text('holder', maxAgentLength);
  const limit = read.whole('limit', { min: 1, max: maxRows }) ?? maxRows;

  const evidence = await lookAtLocks(world);
  const { rules } = evidence.view;
  const wanted =
    holderText === undefined
      ? undefined
      : (findHolder(evidence.view, { kind: 'text', text: holderText })?.id ?? -1);
  const isWanted = (id: number): boolean => wanted === undefined || id === wanted;
  const key = path === undefined ? undefined : keyOf(path, rules);
  const snapshots = evidence.snapshots();
  const locks = standingLocks(snapshots).filter(
    ({ who, held }) => isWanted(who.holder.id) && (key === undefined || overlaps(held.key, key)),
  );
  const waits = queueOrder(snapshots, rules).filter(
    ({ who, wait }) =>
      isWanted(who.holder.id) && (path === undefined || waitsForAny(wait, [path], rules)),
  );

  const shownLocks = firstRows(locks, limit);
  const shownWaits = firstRows(waits, limit);
  const { nowMs } = evidence.moment;
  return {
    text: [
      locks.length === 0 ? 'Nothing is locked.' : `${locks.length} locks:`,
      ...boundedLines(locks.map((lock) => lockLine(lock, nowMs))),
      ...boundedLines(waits.map((wait) => waitLine(wait, nowMs))),
    ].join('\n'),
    data: {
      locks: shownLocks.shown.map(({ who, held }) =>
        lockToJson({ ...who, lock: held.lock, expiresAtMs: held.end.atMs }),
      ),
      more: shownLocks.more,
      waiting: shownWaits.shown.map(({ who, wait, position }) =>
        waitToJson(who.holder, wait, position),
      ),
      more_waiting: shownWaits.more,
      broken: firstRows(evidence.broken, maxBroken).shown.map(brokenHolderToJson),
      caller: callerToJson(caller),
    },
  };
}

/** Everything that stands, by path. */
export function standingLocks(snapshots: readonly HolderSnapshot[]): readonly ShownLock[] {
  return snapshots
    .flatMap((who) => who.locks.map((held) => ({ who, held })))
    .sort((a, b) => compare(a.held.lock.path, b.held.lock.path));
}

export function lockLine({ who, held }: ShownLock, nowMs: number): string {
  const { lock, end } = held;
  const parts = [
    `${pathText(lock.path, inEnglish)}: ${holderLabel(who)}`,
    lock.isSoft ? 'unsaved changes' : lock.mode,
    timeLeftText(end, who, { nowMs }),
    ...(lock.reason === undefined ? [] : [`reason: ${toPlainLine(lock.reason, 120)}`]),
  ];
  return `- ${parts.join(', ')}`;
}

export function waitLine({ who, wait, position }: QueuedWait, nowMs: number): string {
  const paths = wait.paths.slice(0, 3).map((path) => pathText(path, inEnglish));
  const left = longDuration(wait.untilMs - nowMs);
  return `- ${paths.join(', ')}: ${holderLabel(who)} waits, number ${position} in the queue, at most ${left} more`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
