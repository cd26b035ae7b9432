import type { EndedLock, FileLock, SavedOver } from '../core/locks/fileLock.ts';
import type { LockEnd } from '../core/locks/lockEnd.ts';
import type { LockConflict } from '../core/locks/lockRequest.ts';
import type { HolderSnapshot } from '../core/locks/lockSnapshot.ts';
import { covers } from '../core/locks/pathOverlap.ts';
import { activityWhy } from './activityWording.ts';
import { inEnglish, type Translate } from './agentWording.ts';
import { localTime, shortDuration } from './duration.ts';
import { holderName } from './holderWording.ts';
import { pathText } from './lockedPathText.ts';
import { toPlainLine } from './plainText.ts';

/** A holder and what is known of it: its agent and its process. */
export type KnownHolder = Pick<HolderSnapshot, 'holder' | 'entry' | 'verdict'>;

/** What sentences about locks need to know beside the locks. */
export interface LockWords {
  readonly nowMs: number;
  readonly t?: Translate | undefined;
  /** How a holder is called; without it by its name alone. */
  readonly nameOf?: ((who: Pick<KnownHolder, 'holder' | 'entry'>) => string) | undefined;
}

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const maxReasonLength = 300;

/** How long, in up to two units and rounded up: `28 s`, `4 min 10 s`, `1 h 58 min`. */
export function longDuration(ms: number): string {
  const seconds = Math.ceil(Math.max(0, ms) / secondMs) * secondMs;
  if (seconds < 10 * minuteMs) return inUnits(seconds, minuteMs);
  return inUnits(Math.ceil(ms / minuteMs) * minuteMs, hourMs);
}

/** How much longer a lock stands, and on what that depends; exact enough to plan by. */
export function timeLeftText(
  end: LockEnd,
  who: Pick<KnownHolder, 'holder' | 'entry'>,
  { nowMs, t = inEnglish }: LockWords,
): string {
  if (end.atMs === undefined) return t('until released');
  if (end.atMs <= nowMs) return t('over');
  const left = longDuration(end.atMs - nowMs);
  const pid = processId(who);
  return end.cause === 'age-cap' && pid !== undefined
    ? t('while process {0} runs, at most {1}', pid, left)
    : t('{0} left', left);
}

/** What stands in the way of a path: who, for how long, why. */
export function conflictSentence(
  conflict: LockConflict,
  known: Pick<KnownHolder, 'entry' | 'verdict'> | undefined,
  { nowMs, t = inEnglish, nameOf }: LockWords,
): string {
  const { holder, lock, heldPath, path } = conflict;
  const who = { holder, entry: known?.entry };
  const name = nameOf?.(who) ?? holderName(who, t);
  const shown = pathText(heldPath, t);
  if (lock === undefined) return t('{0} waits for {1} already and comes first.', name, shown);
  if (lock.isSoft) return t('{0} has unsaved changes by {1}.', shown, name);
  const left = timeLeftText(endOfConflict(conflict, lock, known), who, { nowMs, t });
  return [
    lock.mode === 'shared'
      ? t('{0} is shared by {1}, {2}.', shown, name, left)
      : t('{0} is held by {1}, {2}.', shown, name, left),
    placeSentence(heldPath, path, t),
    lock.reason === undefined ? '' : t('Reason: {0}', toPlainLine(lock.reason, maxReasonLength)),
  ]
    .filter((part) => part !== '')
    .join(' ');
}

/** Tells a holder that somebody else changed what it holds. */
export function savedOverSentence({ path, by, atMs }: SavedOver, t: Translate = inEnglish): string {
  return t(
    '{0} was changed by {1} at {2}: read it again before you write.',
    pathText(path, t),
    toPlainLine(by, 60),
    localTime(atMs),
  );
}

/** How a lock ended that its holder did not give back itself, by whom, when and why. */
export function endedSentence(ended: EndedLock, t: Translate = inEnglish): string {
  const path = pathText(ended.path, t);
  const time = localTime(ended.endedAtMs);
  const by = ended.by === undefined ? t('somebody') : toPlainLine(ended.by, 60);
  switch (ended.ending) {
    case 'expired':
      return t('The lock on {0} expired at {1}: {2}.', path, time, causeText(ended, t));
    case 'reaped':
      return t('The lock on {0} was dropped at {1}: {2}.', path, time, causeText(ended, t));
    case 'released':
      return t('The lock on {0} was released by {1} at {2}.', path, by, time);
    case 'broken': {
      const sentence = t('The lock on {0} was broken by {1} at {2}.', path, by, time);
      if (ended.reason === undefined) return sentence;
      return `${sentence} ${t('Reason: {0}', toPlainLine(ended.reason, maxReasonLength))}`;
    }
  }
}

/** Who has it now. */
export function takenBySentence(
  taken: Pick<KnownHolder, 'holder' | 'entry'> & { readonly lock: FileLock; readonly end: LockEnd },
  words: LockWords,
): string {
  const { t = inEnglish } = words;
  const name = words.nameOf?.(taken) ?? holderName(taken, t);
  const left = timeLeftText(taken.end, taken, words);
  return t('{0} is held by {1} now, {2}.', pathText(taken.lock.path, t), name, left);
}

/** Why a wait was refused: each of these waits for the next, and the last for the first. */
export function cycleSentence(names: readonly string[], t: Translate = inEnglish): string {
  const round = [...names, ...names.slice(0, 1)].join(' → ');
  return t('They would wait for each other for ever: {0}.', round);
}

/** The process on which the locks of a holder depend: that of its agent, else its own. */
export function processId({
  holder,
  entry,
}: Pick<KnownHolder, 'holder' | 'entry'>): number | undefined {
  return entry?.pid ?? holder.process?.pid;
}

/** What is known of a conflict does not say why it ends then; it follows from its lock. */
function endOfConflict(
  { expiresAtMs: atMs }: LockConflict,
  { term, refreshedAtMs }: FileLock,
  known: Pick<KnownHolder, 'verdict'> | undefined,
): LockEnd {
  const isTtl = term.kind !== 'until-released' && refreshedAtMs + term.ttlMs === atMs;
  if (isTtl || atMs === undefined) return { atMs, cause: 'ttl' };
  return { atMs, cause: known?.verdict.liveness === 'alive' ? 'age-cap' : 'silent' };
}

/** Where what is held lies, when it is not the very path that was asked for. */
function placeSentence(heldPath: string, path: string, t: Translate): string {
  if (heldPath === path) return '';
  const shown = pathText(path, t);
  if (covers(heldPath, path)) return t('It contains {0}.', shown);
  return covers(path, heldPath) ? t('It lies in {0}.', shown) : t('It overlaps {0}.', shown);
}

function causeText({ path, endedAtMs, reason }: EndedLock, t: Translate): string {
  const what = {
    atMs: endedAtMs,
    kind: 'lock-expired',
    actor: { name: '' },
    paths: [path],
  } as const;
  const text = activityWhy({ ...what, cause: reason }, t);
  return text === '' ? t('nobody knows why') : text;
}

function inUnits(ms: number, largeMs: number): string {
  const rest = ms % largeMs;
  const parts = [ms - rest, rest].filter((part) => part > 0).map((part) => oneUnit(part, largeMs));
  return parts.length === 0 ? shortDuration(0) : parts.join(' ');
}

/** Up to 24 hours are told in hours, never in days. */
function oneUnit(ms: number, largeMs: number): string {
  return ms >= hourMs && largeMs === hourMs ? `${ms / hourMs} h` : shortDuration(ms);
}
