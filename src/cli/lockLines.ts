import { holderLabel } from '../presentation/holderLabel.ts';
import type { LockEnd } from '../core/locks/lockEnd.ts';
import type { FileLock } from '../core/locks/fileLock.ts';
import type { LockWait } from '../core/locks/lockHolder.ts';
import type { BrokenHolder } from '../core/locks/lockStore.ts';
import { pathText } from '../presentation/lockedPathText.ts';
import { longDuration, timeLeftText, type KnownHolder } from '../presentation/lockWording.ts';
import { inEnglish } from '../presentation/agentWording.ts';
import { toPlainLine } from '../presentation/plainText.ts';
import { alignColumns, type Span, type TextLine } from './textLine.ts';

/** A lock with everything that is shown of it. */
export interface ShownLock {
  readonly lock: FileLock;
  readonly end: LockEnd;
  readonly who: KnownHolder;
}

export interface ShownWait {
  readonly wait: LockWait;
  /** 1 for whoever is next. */
  readonly position: number;
  readonly who: KnownHolder;
}

const maxReasonLength = 200;

/** Locks and waits in columns with a heading: path, who, how, for how long, why. */
export function lockTable(
  {
    locks,
    waits = [],
  }: { readonly locks: readonly ShownLock[]; readonly waits?: readonly ShownWait[] },
  nowMs: number,
): readonly TextLine[] {
  if (locks.length + waits.length === 0) return [];
  const heading = ['PATH', 'WHO', 'MODE', 'TIME LEFT', 'REASON'];
  return alignColumns([
    heading.map((text): Span => ({ text, tone: 'faint' })),
    ...locks.map((shown) => lockCells(shown, nowMs)),
    ...waits.flatMap((shown) => waitRows(shown, nowMs)),
  ]);
}

function lockCells({ lock, end, who }: ShownLock, nowMs: number): readonly Span[] {
  return [
    { text: pathText(lock.path, inEnglish) },
    { text: holderLabel(who) },
    { text: modeWord(lock) },
    { text: timeLeftText(end, who, { nowMs }) },
    { text: toPlainLine(lock.reason ?? '', maxReasonLength), tone: 'faint' },
  ];
}

export function modeWord({ isSoft, mode }: Pick<FileLock, 'isSoft' | 'mode'>): string {
  return isSoft ? 'unsaved changes' : mode;
}

function waitRows({ wait, position, who }: ShownWait, nowMs: number): readonly (readonly Span[])[] {
  const { paths, mode, untilMs } = wait;
  return paths.map((path) => [
    { text: pathText(path, inEnglish) },
    { text: holderLabel(who) },
    { text: mode === 'shared' ? 'waits, shared' : 'waits', tone: 'doubtful' },
    { text: `number ${position} in the queue, at most ${longDuration(untilMs - nowMs)} more` },
  ]);
}

/** Files of holders that cannot be read, each as `file: problem`. */
export function brokenHolderLines(broken: readonly BrokenHolder[]): readonly TextLine[] {
  return broken.map(({ fileName, problem }) => [
    { text: 'unreadable', tone: 'bad' },
    { text: `  ${toPlainLine(fileName, 300)}: ${toPlainLine(problem, 500)}` },
  ]);
}

/** What ended, one path a line. */
export function endedRows(
  ended: readonly { readonly lock: FileLock; readonly who: KnownHolder }[],
): readonly TextLine[] {
  return alignColumns(
    ended.map(({ lock, who }) => [
      { text: `  ${pathText(lock.path, inEnglish)}` },
      { text: holderLabel(who) },
      { text: modeWord(lock) },
    ]),
  );
}
