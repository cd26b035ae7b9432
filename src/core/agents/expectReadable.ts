import { isBroken, type AgentRecord, type StoredRecord } from './agentRecord.ts';
import { RegistryError } from './registryError.ts';

/** The record, or undefined when there is none. @throws RegistryError `broken-entry` for an unreadable file */
export function expectReadable(record: StoredRecord | undefined): AgentRecord | undefined {
  if (record === undefined || !isBroken(record)) return record;
  throw new RegistryError(
    'broken-entry',
    `${record.fileName} cannot be read as an agent entry: ${record.problem} Repair or remove the file.`,
    { file: record.fileName },
  );
}
