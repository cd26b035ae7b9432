import { join } from 'node:path';
import {
  parseRuntimeId,
  type AgentIdentity,
  type AgentRuntimeId,
} from '../../core/identities/agentIdentity.ts';
import type { ContinuityRecord, FencingToken } from '../../core/identities/continuityRecord.ts';
import {
  asCount,
  asInstantMs,
  asListOf,
  asName,
  asTextOfAtMost,
  fieldsOf,
  optional,
  type Reader,
} from '../../core/sessions/fieldReaders.ts';
import { assertVersion, jsonText, readJsonFile, type JsonFile } from './jsonFile.ts';
import { asCounter, asToken } from './tokenField.ts';

/** What one record.json says: the whole truth about what lasts of an identity. */
export interface RecordFile {
  /** The highest token with which it was written. */
  readonly fence: FencingToken;
  /** Undefined when the identity was deleted. */
  readonly record: ContinuityRecord | undefined;
  readonly deletedAtMs?: number | undefined;
  /** The checkpoints that are kept, oldest first. */
  readonly snapshots: readonly KeptSnapshot[];
}

/** A checkpoint whose content is in a file of its own. */
export interface KeptSnapshot {
  readonly sessionId: string;
  readonly generation: number;
  readonly version: number;
  /** Of the content: SHA-256 in hex. */
  readonly digest: string;
}

export const recordFileName = 'record.json';
export const snapshotsFolderName = 'snapshots';
/** How many checkpoints of an identity are kept. */
export const maxKeptSnapshots = 10;
const version = 1;
const limits = { maxBytes: 256 * 1024, what: 'a record' };

/** Names follow from numbers, so that no file can lead anywhere else. */
export function snapshotFileName({ generation, version: of }: KeptSnapshot): string {
  return `${generation}-${of}.json`;
}

export const snapshotFilePattern = /^(\d{1,16})-(\d{1,16})\.json$/;

/** Undefined when there is none. @throws system errors that say nothing of the file */
export function readRecordFile(
  folder: string,
  identity: AgentIdentity,
): JsonFile<RecordFile> | undefined {
  return readJsonFile(join(folder, recordFileName), limits, (value) => decode(value, identity));
}

export function recordFileText(identity: AgentIdentity, file: RecordFile): string {
  const { record, snapshots } = file;
  return jsonText({
    ...{ version, identity, fence: file.fence },
    ...(record === undefined
      ? { deleted_at_ms: file.deletedAtMs ?? 0 }
      : { record: encodeRecord(record) }),
    snapshots: snapshots.map((kept) => ({
      ...{ session_id: kept.sessionId, generation: kept.generation },
      ...{ checkpoint_version: kept.version, digest: kept.digest },
    })),
  });
}

function encodeRecord(record: ContinuityRecord): unknown {
  return {
    runtime_id: record.runtimeId,
    session_id: record.sessionId,
    generation: record.generation,
    checkpoint_version: record.checkpointVersion,
  };
}

function decode(value: unknown, identity: AgentIdentity): RecordFile {
  const at = fieldsOf(value, '');
  assertVersion(at('version', asCount), version);
  const named = at('identity', asName);
  if (named !== identity) throw new Error(`It belongs to ${JSON.stringify(named.slice(0, 100))}.`);
  return {
    fence: at('fence', asToken),
    record: at('record', optional(readRecord(identity))),
    deletedAtMs: at('deleted_at_ms', optional(asInstantMs)),
    snapshots: at('snapshots', asListOf(readKept, maxKeptSnapshots)),
  };
}

function readRecord(identity: AgentIdentity): Reader<ContinuityRecord> {
  return (value, field) => {
    const at = fieldsOf(value, field);
    return {
      identity,
      runtimeId: at('runtime_id', asRuntimeId),
      sessionId: at('session_id', asName),
      generation: at('generation', asCounter),
      checkpointVersion: at('checkpoint_version', asCounter),
    };
  };
}

const asRuntimeId: Reader<AgentRuntimeId> = (value, field) => parseRuntimeId(asName(value, field));

const asDigest = asTextOfAtMost(64);
const readKept: Reader<KeptSnapshot> = (value, field) => {
  const at = fieldsOf(value, field);
  return {
    sessionId: at('session_id', asName),
    generation: at('generation', asCounter),
    version: at('checkpoint_version', asCounter),
    digest: at('digest', asDigest),
  };
};
