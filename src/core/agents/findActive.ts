import type { AgentEntry } from './agentEntry.ts';
import type { IndexedKey } from './agentIndex.ts';
import { isBroken, type AgentRecord } from './agentRecord.ts';
import type { AgentTransaction } from './agentStore.ts';
import type { LivenessVerdict } from './liveness.ts';
import type { LivenessAssessor } from './livenessAssessor.ts';

/** The first of these records whose entry is active. */
export function findActive(records: readonly AgentRecord[]): AgentRecord | undefined {
  return records.find(({ entry }) => entry.status === 'active');
}

/** The first active entry among these records that works in this folder, links resolved. */
export async function findActiveAtPath(
  records: readonly AgentRecord[],
  {
    folder,
    realPath,
  }: { readonly folder: string; readonly realPath: (path: string) => Promise<string> },
): Promise<AgentEntry | undefined> {
  const real = await realPath(folder);
  for (const { entry } of records) {
    if (entry.status !== 'active' || entry.path === undefined) continue;
    if ((await realPath(entry.path)) === real) return entry;
  }
  return undefined;
}

/** Which entry would do. */
export interface EntryWanted {
  readonly matches: (entry: AgentEntry, verdict: LivenessVerdict) => boolean;
  /** Narrows the search to entries whose field has this value, so that it costs no scan. */
  readonly key?: { readonly name: IndexedKey; readonly value: string };
}

/** The first active entry that matches. The view tells who may; what is on disk now decides. */
export async function findToReuse(
  tx: AgentTransaction,
  { matches, key, liveness }: EntryWanted & { readonly liveness: LivenessAssessor },
): Promise<AgentEntry | undefined> {
  const fits = async (entry: AgentEntry): Promise<boolean> =>
    entry.status === 'active' && matches(entry, await liveness.assess(entry));
  for (const { entry } of key ? tx.view.findBy(key.name, key.value) : tx.view.records()) {
    if (!(await fits(entry))) continue;
    const record = tx.reread(entry.sessionId);
    if (record !== undefined && !isBroken(record) && (await fits(record.entry))) {
      return record.entry;
    }
  }
  return undefined;
}
