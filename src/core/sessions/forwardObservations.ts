import type { JsonTable } from './fieldReaders.ts';
import { isTerminalEvent } from './progressEvent.ts';
import { encodeProgressEvent } from './progressEventCodec.ts';
import type { Observation, SessionObserver } from './sessionObserver.ts';

/** What is sent to a client that observes. */
export type ForwardedRecord =
  | { readonly kind: 'event'; readonly event: JsonTable }
  /** So many events were missed. */
  | { readonly kind: 'lagged'; readonly count: number };

/** The way to a client. */
export interface ForwardingPorts {
  readonly send: (record: ForwardedRecord) => Promise<void>;
  /** Resolves when all that has happened is recorded, or cannot be. */
  readonly recorded: () => Promise<void>;
}

/**
 * Sends all that an observer is told, one by one, and disposes it in the end. While a record is being
 * sent, the observer's buffer fills, and nothing else waits. The end is sent when it is recorded, so that
 * whoever hears of it and looks finds it. Resolves with `ended` after the last event, or with `lost` as
 * soon as sending fails.
 */
export async function forwardObservations(
  observer: SessionObserver,
  { send, recorded }: ForwardingPorts,
): Promise<'ended' | 'lost'> {
  try {
    for await (const observation of observer) {
      try {
        if (isEnd(observation)) await recorded();
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

function isEnd(observation: Observation): boolean {
  return observation.kind === 'event' && isTerminalEvent(observation.event);
}
