import { setTimeout as delay } from 'node:timers/promises';

const patienceMs = 20_000;
const pollMs = 10;

/** Waits until a condition holds. It waits long, because a busy machine is slow, and says what it waited for. */
export async function eventually(
  what: string,
  condition: () => boolean | Promise<boolean>,
): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await delay(pollMs);
  }
}

/** Lets everything run that is only waiting for its turn. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
