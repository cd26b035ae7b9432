import type { AgentEntry } from '../core/agents/agentEntry.ts';
import type { AgentSnapshot } from '../core/agents/registrySnapshot.ts';
import { parseTimestamp } from '../core/agents/timestamp.ts';
import type { OpenRegistry } from '../node/openRegistry.ts';

/** An entry with the verdict on it as of now. */
export async function toSnapshot(
  { registry }: OpenRegistry,
  entry: AgentEntry,
): Promise<AgentSnapshot> {
  return {
    entry,
    // An entry is only read or written when its start is a time.
    startedAt: parseTimestamp(entry.startedAt) ?? { epochMs: 0, nanos: 0 },
    verdict: await registry.livenessFor(entry),
  };
}
