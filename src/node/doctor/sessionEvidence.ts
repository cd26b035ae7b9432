import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isHarnessId, type HarnessId } from '../../core/harness/harnessEvent.ts';
import type { SessionState } from '../../core/harness/sessionState.ts';
import {
  readSessionRecord,
  sessionRecordsFolder,
  sessionRecordSuffix,
} from '../harnessSessions/sessionRecordFile.ts';
import type { HeddleRoot } from '../heddleRoot.ts';

/** What the records of sessions say of the hooks that wrote them. */
export interface SessionEvidence {
  /** The newest event of each agent that ever told one. */
  readonly newestMs: ReadonlyMap<HarnessId, number>;
  /** The newest first. */
  readonly faults: readonly HookFault[];
}

export interface HookFault {
  readonly harness: HarnessId;
  readonly atMs: number;
  readonly text: string;
}

/** Enough for what happened lately; older records say nothing that is still of use. */
const maxRecords = 200;

export function readSessionEvidence(location: HeddleRoot): SessionEvidence {
  const newestMs = new Map<HarnessId, number>();
  const faults: HookFault[] = [];
  for (const path of newestRecords(sessionRecordsFolder(location))) {
    const state = readSessionRecord(path)?.state;
    if (state === undefined) continue;
    const { harness } = state.header;
    // A record is text that anybody may have written.
    if (!isHarnessId(harness)) continue;
    newestMs.set(harness, Math.max(newestMs.get(harness) ?? 0, lastEventMs(state)));
    faults.push(...state.faults.map((fault) => ({ harness, ...fault })));
  }
  return { newestMs, faults: faults.sort((a, b) => b.atMs - a.atMs) };
}

function lastEventMs({ header, agents }: SessionState): number {
  return Math.max(header.atMs, ...[...agents.values()].map((agent) => agent.lastEventMs));
}

function newestRecords(folder: string): readonly string[] {
  return namesIn(folder)
    .filter((name) => name.endsWith(sessionRecordSuffix))
    .map((name) => join(folder, name))
    .map((path) => ({ path, writtenMs: writtenMs(path) }))
    .sort((a, b) => b.writtenMs - a.writtenMs)
    .slice(0, maxRecords)
    .map(({ path }) => path);
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    // No hook has written anything yet.
    return [];
  }
}

function writtenMs(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
