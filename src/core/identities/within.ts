import type { Clock } from '../../base/clock.ts';

/** What came of work that may take too long. */
export type TimedResult<T> =
  { readonly isDone: true; readonly value: T } | { readonly isDone: false };

/** Waits for work at most so long. What it does later, also failing, is nobody's concern. */
export async function within<T>(
  work: Promise<T>,
  { clock, limitMs }: { readonly clock: Pick<Clock, 'after'>; readonly limitMs: number },
): Promise<TimedResult<T>> {
  let giveUp: () => void = () => undefined;
  const tooLate = new Promise<TimedResult<T>>((resolve) => {
    giveUp = () => resolve({ isDone: false });
  });
  const timer = clock.after(limitMs, () => giveUp());
  try {
    return await Promise.race([work.then((value) => ({ isDone: true, value }) as const), tooLate]);
  } finally {
    timer.dispose();
  }
}

/** Resolves after some time. */
export function pause(clock: Pick<Clock, 'after'>, durationMs: number): Promise<void> {
  return new Promise((resolve) => void clock.after(durationMs, resolve));
}
