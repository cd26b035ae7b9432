import type { HeldPath } from '../core/locks/lockSnapshot.ts';
import { inEnglish, type Translate } from './agentWording.ts';
import { localTime, shortDuration } from './duration.ts';

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
/** Below a minute times are told in steps, so that nothing has to be repainted every second. */
export const countdownStepMs = 5 * secondMs;

/** How much longer a lock stands by the clock, for a row that counts down: `45 s left`. */
export function countdownText(
  { lock, end }: HeldPath,
  nowMs: number,
  t: Translate = inEnglish,
): string {
  if (lock.isSoft) return t('unsaved changes');
  if (end.atMs === undefined) return t('until released');
  return t('{0} left', remaining(end.atMs - nowMs));
}

/** True when the text of a lock's row follows the clock. */
export function countsDown({ lock, end }: HeldPath): boolean {
  return !lock.isSoft && end.atMs !== undefined;
}

/** The instant after `nowMs` at which the text of a time left is another one. */
export function nextCountdownMs(endMs: number, nowMs: number): number {
  const leftMs = endMs - nowMs;
  if (leftMs <= 0) return Number.POSITIVE_INFINITY;
  const unitMs = unitOf(leftMs);
  return endMs - (Math.ceil(leftMs / unitMs) - 1) * unitMs;
}

/** How long something has lasted, for a row that counts up: `15 s`. */
export function elapsedText(ms: number): string {
  const span = Math.max(0, ms);
  if (span >= minuteMs) return shortDuration(span);
  return `${Math.floor(span / countdownStepMs) * 5} s`;
}

/** The instant after `nowMs` at which the text of a time that has passed is another one. */
export function nextElapsedMs(sinceMs: number, nowMs: number): number {
  const span = Math.max(0, nowMs - sinceMs);
  const unitMs = span < minuteMs ? countdownStepMs : span < hourMs ? minuteMs : hourMs;
  return sinceMs + (Math.floor(span / unitMs) + 1) * unitMs;
}

/** Rounded up, so that nothing is said to be over before it is. */
function remaining(ms: number): string {
  const unitMs = unitOf(ms);
  const rounded = Math.max(1, Math.ceil(ms / unitMs)) * unitMs;
  return shortDuration(rounded);
}

function unitOf(ms: number): number {
  if (ms <= minuteMs) return countdownStepMs;
  return ms <= hourMs ? minuteMs : hourMs;
}

/** What ends a lock, in words that stay true while nothing happens to it. */
export function endText({ lock, end }: HeldPath, t: Translate = inEnglish): string {
  if (lock.isSoft) return t('until the changes are saved');
  if (end.atMs === undefined) return t('until it is released');
  if (lock.term.kind === 'until-released') {
    return t('only for a moment, unless its window comes back');
  }
  if (end.cause === 'age-cap') return t('while it is at work, at most until {0}', minute(end.atMs));
  if (lock.term.kind === 'default') return t('as long as it gives signs of life');
  return t('until {0}', minute(end.atMs));
}

/**
 * About how much longer a lock stands; undefined where its end follows from something else than the
 * clock. It changes a few times at most in the life of a lock.
 */
export function coarseTimeLeft(
  { lock, end }: HeldPath,
  nowMs: number,
  t: Translate = inEnglish,
): string | undefined {
  if (lock.isSoft || end.atMs === undefined || lock.term.kind === 'until-released') {
    return undefined;
  }
  if (end.cause !== 'age-cap' && lock.term.kind === 'default') return undefined;
  const leftMs = end.atMs - nowMs;
  if (leftMs < minuteMs) return t('less than a minute left');
  if (leftMs < 10 * minuteMs) return t('less than 10 minutes left');
  if (leftMs < hourMs) return t('less than an hour left');
  if (leftMs < 6 * hourMs) return t('a few hours left');
  return t('many hours left');
}

/** To the minute: seconds would look more exact than they are. */
export function minute(epochMs: number): string {
  return localTime(epochMs).slice(0, -3);
}
