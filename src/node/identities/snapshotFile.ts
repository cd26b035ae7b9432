import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { AgentIdentity } from '../../core/identities/agentIdentity.ts';
import { asCount, asText, fieldsOf } from '../../core/sessions/fieldReaders.ts';
import { assertVersion, jsonText, readJsonFile, type JsonFile } from './jsonFile.ts';
import { snapshotFileName, snapshotsFolderName, type KeptSnapshot } from './recordFile.ts';

/** Most bytes in one checkpoint. */
export const maxSnapshotBytes = 16 * 1024 * 1024;
const version = 1;
/** Base64 takes four characters for three bytes. */
const limits = { maxBytes: 2 * maxSnapshotBytes, what: 'a checkpoint' };

export function snapshotDigest(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

export function snapshotPath(folder: string, kept: KeptSnapshot): string {
  return join(folder, snapshotsFolderName, snapshotFileName(kept));
}

/** It says itself whose it is, for whoever has to rescue one by hand. */
export function snapshotFileText(
  identity: AgentIdentity,
  kept: KeptSnapshot,
  data: Uint8Array,
): string {
  return jsonText({
    ...{ version, identity, session_id: kept.sessionId },
    ...{ generation: kept.generation, checkpoint_version: kept.version },
    data: Buffer.from(data).toString('base64'),
  });
}

/** The content, if it is what was written. @throws system errors that say nothing of the file */
export function readSnapshotFile(
  folder: string,
  kept: KeptSnapshot,
): JsonFile<Uint8Array> | undefined {
  return readJsonFile(snapshotPath(folder, kept), limits, (value) => {
    const at = fieldsOf(value, '');
    assertVersion(at('version', asCount), version);
    const data = Buffer.from(at('data', asText), 'base64');
    if (snapshotDigest(data) !== kept.digest) throw new Error('It was changed or is damaged.');
    return new Uint8Array(data);
  });
}
