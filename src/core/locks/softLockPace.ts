/** How long unsaved changes keep others away after the last keystroke. */
export const softLockTtlMs = 10 * 60_000;
/** At most one write for each file in this time. */
export const softLockWriteIntervalMs = 5000;
/** More unsaved files than this are no longer told one by one. */
export const maxSoftLocks = 50;

/** How long to wait before the lock of a file may be written again; 0 for at once. */
export function softWriteDelayMs(lastWriteMs: number | undefined, nowMs: number): number {
  if (lastWriteMs === undefined) return 0;
  const passedMs = nowMs - lastWriteMs;
  // The clock may have been set back.
  return passedMs < 0 ? 0 : Math.max(0, softLockWriteIntervalMs - passedMs);
}

/** The time to promise now, so that the lock ends when it should after a keystroke in the past. */
export function softTtlMs(lastKeystrokeMs: number, nowMs: number): number {
  const left = softLockTtlMs - Math.max(0, nowMs - lastKeystrokeMs);
  return Math.max(1, left);
}
