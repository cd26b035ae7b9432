import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { parseAgentIdentity, type AgentIdentity } from '../../core/identities/agentIdentity.ts';
import type { FencingToken } from '../../core/identities/continuityRecord.ts';
import {
  asCount,
  asInstantMs,
  asName,
  asTable,
  fieldsOf,
} from '../../core/sessions/fieldReaders.ts';
import { assertVersion, jsonText, readJsonFile } from './jsonFile.ts';
import { asToken } from './tokenField.ts';

/** When an instance last renewed a lease, under which token. */
export interface Renewal {
  readonly token: FencingToken;
  readonly atMs: number;
}

export type Renewals = ReadonlyMap<AgentIdentity, Renewal>;

/** In the folder of continuity; one file for each instance, so that one write renews all its leases. */
export const ownersFolderName = '.owners';
const version = 1;
const limits = { maxBytes: 4 * 1024 * 1024, what: 'the leases of an owner' };
const noRenewals: Renewals = new Map();

/** Follows from the instance and is a plain name, whatever the instance calls itself. */
export function ownerFileName(instance: string): string {
  return `${createHash('sha256').update(instance).digest('hex').slice(0, 32)}.json`;
}

export const ownerFilePattern = /^[0-9a-f]{32}\.json$/;

/**
 * What an instance renewed. A file that cannot be read renews nothing: its leases then count from when
 * they were acquired. @throws system errors that say nothing of the file
 */
export function readRenewals(folder: string, instance: string): Renewals {
  const path = join(folder, ownersFolderName, ownerFileName(instance));
  const file = readJsonFile(path, limits, (value) => decode(value, instance));
  return file && 'value' in file ? file.value : noRenewals;
}

export function renewalsText(instance: string, renewals: Renewals): string {
  const leases = [...renewals].map(([identity, { token, atMs }]) => [identity, [token, atMs]]);
  return jsonText({ version, instance, leases: Object.fromEntries(leases) as unknown });
}

function decode(value: unknown, instance: string): Renewals {
  const at = fieldsOf(value, '');
  assertVersion(at('version', asCount), version);
  if (at('instance', asName) !== instance) throw new Error('It belongs to another instance.');
  const renewals = new Map<AgentIdentity, Renewal>();
  for (const [name, entry] of Object.entries(at('leases', asTable))) {
    if (!Array.isArray(entry)) throw new Error('It has a lease that is none.');
    const [token, atMs] = entry as readonly unknown[];
    const renewal = { token: asToken(token, name), atMs: asInstantMs(atMs, name) };
    renewals.set(parseAgentIdentity(name), renewal);
  }
  return renewals;
}
