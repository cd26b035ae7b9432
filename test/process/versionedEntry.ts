import { newAgentEntry, ownThread, type AgentEntry } from '../../src/core/agents/agentEntry.ts';

/** By default an entry takes several blocks of a disk. */
const defaultRepetitions = 400;

/** An entry that says its version from the first block to the last. */
export function versionedEntry(
  sessionId: string,
  version: string,
  repetitions = defaultRepetitions,
): AgentEntry {
  return newAgentEntry({
    sessionId,
    thread: ownThread(sessionId),
    baseState: version,
    startedAt: '2026-06-01T12:00:00Z',
    model: String(repetitions),
    attachPrecedence: Array.from({ length: repetitions }, (_, i) => `${version} ${i}`),
    contextQueries: [{ path: version, queriedAt: '2026-06-01T12:00:00Z', unknownFields: {} }],
  });
}

/** The version of such an entry; undefined when it is not of one piece. */
export function versionOf(entry: AgentEntry): string | undefined {
  const version = entry.baseState;
  const isWhole =
    String(entry.attachPrecedence.length) === entry.model &&
    entry.attachPrecedence.every((text, i) => text === `${version} ${i}`) &&
    entry.contextQueries.length === 1 &&
    entry.contextQueries[0]?.path === version;
  return isWhole ? version : undefined;
}
