import type { JsonTable } from './fieldReaders.ts';
import { encodeProgressEvent } from './progressEventCodec.ts';
import type { SessionObserver } from './sessionObserver.ts';

/** What is sent to a client that observes. */
export type ForwardedRecord =
  | { readonly kind: 'event'; readonly event: JsonTable }
  /** So many events were missed. */
  | { readonly kind: 'lagged'; readonly count: number };

/**
 * Sends all that an observer is told, one by one, and disposes it in the end. While a record is being
 * sent, the observer's buffer fills, and nothing else waits. Resolves with `ended` after the last
 * event, or with `lost` as soon as sending fails.
 */
export async function forwardObservations(
  observer: SessionObserver,
  send: (record: ForwardedRecord) => Promise<void>,
): Promise<'ended' | 'lost'> {
  try {
    for await (const observation of observer) {
      try {
        await send(
          observation.kind === 'lagged'
            ? observation
            : { kind: 'event', event: encodeProgressEvent(observation.event) },
        );
      } catch {
        // Whoever is at the other end will see for itself that the connection is gone.
        return 'lost';
      }
    }
    return 'ended';
  } finally {
    observer.dispose();
  }
}
