import { setImmediate as nextTurn } from 'node:timers/promises';

/** Longest stretch of synchronous work before other events get their turn. */
const sliceMs = 8;

/** Does `work` for each item, one after another, and lets other events in between whenever a slice is used up. */
export async function forEachYielding<T>(
  items: Iterable<T>,
  work: (item: T) => void | Promise<void>,
): Promise<void> {
  let sliceEnd = performance.now() + sliceMs;
  for (const item of items) {
    const unfinished = work(item);
    if (unfinished) await unfinished;
    if (performance.now() < sliceEnd) continue;
    await nextTurn();
    sliceEnd = performance.now() + sliceMs;
  }
}
