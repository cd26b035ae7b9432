import type { ActivityEvent } from '../activity/activityEvent.ts';
import type { ActivitySink } from '../activity/activityLog.ts';
import type { AgentStore, AgentTransaction } from './agentStore.ts';

export interface RecordingPorts {
  readonly store: AgentStore;
  readonly activity?: ActivitySink | undefined;
}

/** The write lock of the store, and where to say what was done under it. */
export interface RecordedTransaction {
  readonly tx: AgentTransaction;
  /** To be called once the change is written. */
  readonly record: (event: ActivityEvent) => void;
}

/**
 * Runs work under the write lock and records what it did when the lock is free again. What was written
 * before a failure is recorded too.
 */
export async function transactRecorded<T>(
  { store, activity }: RecordingPorts,
  work: (transaction: RecordedTransaction) => Promise<T>,
): Promise<T> {
  const events: ActivityEvent[] = [];
  try {
    return await store.transact((tx) => work({ tx, record: (event) => void events.push(event) }));
  } finally {
    if (events.length > 0) await activity?.append(events);
  }
}
