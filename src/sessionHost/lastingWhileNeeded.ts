import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/lifecycle.ts';
import type { HostEndpoint } from '../node/sessions/hostEndpoint.ts';

/** So long nobody must be attached before a host whose session has ended goes. */
export const idleMs = 5_000;
/** After this it goes whoever is attached. */
export const longestMs = 60_000;

/** Resolves when a host whose session has ended is needed no more. */
export function notNeededAnyMore(
  endpoint: Pick<HostEndpoint, 'clientCount' | 'onDidChangeClients'>,
  clock: Pick<Clock, 'after'>,
): Promise<void> {
  return new Promise((resolve) => {
    let idle: Disposable | undefined;
    const look = (): void => {
      idle?.dispose();
      idle = endpoint.clientCount === 0 ? clock.after(idleMs, finish) : undefined;
    };
    const finish = (): void => {
      idle?.dispose();
      longest.dispose();
      subscription.dispose();
      resolve();
    };
    const longest = clock.after(longestMs, finish);
    const subscription = endpoint.onDidChangeClients(look);
    look();
  });
}
