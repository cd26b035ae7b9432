import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentIdentity } from '../../core/identities/agentIdentity.ts';
import type { FencingToken } from '../../core/identities/continuityRecord.ts';
import { encodeProcess, toProcess } from '../../core/locks/lockCodec.ts';
import type { HolderProcess } from '../../core/locks/lockHolder.ts';
import {
  asCount,
  asInstantMs,
  asName,
  asTable,
  fieldsOf,
  optional,
  type Reader,
} from '../../core/sessions/fieldReaders.ts';
import { toIdentity } from '../readFolderFile.ts';
import { assertVersion, jsonText, readJsonFile, type JsonFile } from './jsonFile.ts';
import { asToken } from './tokenField.ts';

/** What one lease.json says: who was the last to acquire an identity and has not released it. */
export interface LeaseFile {
  readonly identity: AgentIdentity;
  readonly token: FencingToken;
  readonly ttlMs: number;
  /** By the wall clock; a renewal is in the file of the owner. */
  readonly acquiredAtMs: number;
  readonly instance: string;
  /** Untrusted text for people. */
  readonly label?: string | undefined;
  readonly process?: HolderProcess | undefined;
  /** Set by who found that its time lies ahead: it counts as of when that was found. */
  readonly ahead?: AheadMark | undefined;
}

export interface AheadMark {
  /** The time that lies ahead. */
  readonly timeMs: number;
  readonly foundAtMs: number;
}

export const leaseFileName = 'lease.json';
/** No file can claim more. */
export const maxTtlMs = 10 * 60_000;
const version = 1;
const limits = { maxBytes: 64 * 1024, what: 'a lease' };

/** Undefined when there is none. @throws system errors that say nothing of the file */
export function readLeaseFile(
  folder: string,
  identity: AgentIdentity,
): JsonFile<LeaseFile> | undefined {
  const own = lstatSync(folder, { throwIfNoEntry: false });
  if (own === undefined) return undefined;
  if (!own.isDirectory()) {
    return {
      identity: toIdentity(own),
      problem: `${folder} is not a folder of its own; move it away.`,
    };
  }
  return readJsonFile(join(folder, leaseFileName), limits, (value) => decode(value, identity));
}

export function leaseFileText(lease: LeaseFile): string {
  const { process, ahead, label } = lease;
  return jsonText({
    ...{ version, identity: lease.identity, token: lease.token, ttl_ms: lease.ttlMs },
    ...{ acquired_at_ms: lease.acquiredAtMs, instance: lease.instance },
    ...(label !== undefined && { label }),
    ...(process && { process: encodeProcess(process) }),
    ...(ahead && { ahead: { time_ms: ahead.timeMs, found_at_ms: ahead.foundAtMs } }),
  });
}

function decode(value: unknown, identity: AgentIdentity): LeaseFile {
  const at = fieldsOf(value, '');
  assertVersion(at('version', asCount), version);
  if (at('identity', asName) !== identity) throw new Error('It belongs to another identity.');
  const label = at('label', optional(asName));
  const process = at('process', optional(asTable));
  const ahead = at('ahead', optional(readAhead));
  return {
    identity,
    token: at('token', asToken),
    ttlMs: Math.min(at('ttl_ms', asCount), maxTtlMs),
    acquiredAtMs: at('acquired_at_ms', asInstantMs),
    instance: at('instance', asName),
    ...(label !== undefined && { label }),
    ...(process && { process: toProcess(process) }),
    ...(ahead && { ahead }),
  };
}

const readAhead: Reader<AheadMark> = (value, field) => {
  const at = fieldsOf(value, field);
  return { timeMs: at('time_ms', asInstantMs), foundAtMs: at('found_at_ms', asInstantMs) };
};
