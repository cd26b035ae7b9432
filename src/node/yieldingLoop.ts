import { setImmediate as nextTurn } from 'node:timers/promises';

/** Longest stretch of synchronous work before other events get their turn. */
const sliceMs = 8;

/** Does `work` for each item and lets other events in between, whenever a slice is used up. */
export async function forEachYielding<T>(
  items: Iterable<T>,
  work: (item: T) => void,
): Promise<void> {
  let sliceEnd = performance.now() + sliceMs;
  for (const item of items) {
    work(item);
    if (performance.now() < sliceEnd) continue;
    await nextTurn();
    sliceEnd = performance.now() + sliceMs;
  }
}
