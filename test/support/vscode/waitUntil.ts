import { setTimeout as delay } from 'node:timers/promises';

/** How long a person would wait before calling it broken. */
export const defaultTimeoutMs = 60_000;

/**
 * Calls `probe` until it returns something else than undefined, and returns that. When the time is
 * over it rejects with `what` and, where given, with what was there instead.
 */
export async function waitUntil<T>(
  what: string,
  probe: () => Promise<T | undefined>,
  options: { readonly timeoutMs?: number; readonly describe?: () => Promise<string> } = {},
): Promise<T> {
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  const deadline = Date.now() + timeoutMs;
  let lastError: unknown;
  for (;;) {
    try {
      const found = await probe();
      if (found !== undefined) return found;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    if (Date.now() > deadline) break;
    await delay(100);
  }

  const instead = await options.describe?.().catch(String);
  throw new Error(
    `after ${timeoutMs / 1000} s still not: ${what}${instead === undefined ? '' : `\n${instead}`}`,
    { cause: lastError },
  );
}

/** True when `text` is the wanted string or matches the wanted pattern. */
export function isMatch(text: string, wanted: string | RegExp): boolean {
  return typeof wanted === 'string' ? text === wanted : wanted.test(text);
}

/** True when `text` contains the wanted string or matches the wanted pattern. */
export function isContaining(text: string, wanted: string | RegExp): boolean {
  return typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text);
}
