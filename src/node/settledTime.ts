/** A time stamp younger than this may still be shared by a change that is yet to come. */
const settleMs = 50;
/** The same where time stamps are whole seconds, of two at a time on FAT. */
const coarseSettleMs = 2100;

/** Whether every later change of a file has another time stamp than this one, by the wall clock of its disk. */
export function hasSettled(mtimeMs: number, nowMs: number): boolean {
  return nowMs - mtimeMs >= (mtimeMs % 1000 === 0 ? coarseSettleMs : settleMs);
}
