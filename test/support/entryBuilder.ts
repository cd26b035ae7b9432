import {
  newAgentEntry,
  ownThread,
  type AgentEntry,
  type NewAgentEntry,
} from '../../src/core/agents/agentEntry.ts';
import type { AgentRecord, BrokenRecord } from '../../src/core/agents/agentRecord.ts';
import { parseTimestamp } from '../../src/core/agents/timestamp.ts';

export const dayMs = 24 * 60 * 60 * 1000;

/** An active entry on its own thread, unless the fields say otherwise. */
export function buildEntry(sessionId: string, fields: Partial<NewAgentEntry> = {}): AgentEntry {
  return newAgentEntry({
    sessionId,
    thread: ownThread(sessionId),
    baseState: 'hd-base',
    startedAt: '2026-06-01T12:00:00Z',
    ...fields,
  });
}

export function buildRecord(sessionId: string, fields: Partial<NewAgentEntry> = {}): AgentRecord {
  const entry = buildEntry(sessionId, fields);
  const startedAt = parseTimestamp(entry.startedAt);
  if (startedAt === undefined) throw new Error(`${entry.startedAt} is not a time`);
  return { fileName: `${sessionId}.toml`, entry, startedAt };
}

export function buildBroken(sessionId: string, fields: Partial<BrokenRecord> = {}): BrokenRecord {
  return {
    fileName: `${sessionId}.toml`,
    problem: 'It is broken.',
    line: undefined,
    lastGood: undefined,
    ...fields,
  };
}

/** The text of an entry file, with more lines of TOML if a test needs them. */
export function entryText(
  sessionId: string,
  { thread = ownThread(sessionId), status = 'active', more = '' }: EntryTextFields = {},
): string {
  return [
    `session_id = "${sessionId}"`,
    `thread = ${JSON.stringify(thread)}`,
    'base_state = "hd-base"',
    'started_at = "2026-06-01T12:00:00Z"',
    `status = "${status}"`,
    more,
    '',
  ].join('\n');
}

export interface EntryTextFields {
  readonly thread?: string;
  readonly status?: string;
  readonly more?: string;
}
