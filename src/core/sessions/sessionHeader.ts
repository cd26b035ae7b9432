import { encodeProcess, toProcess } from '../locks/lockCodec.ts';
import { Malformed } from '../locks/holderFields.ts';
import type { HolderProcess } from '../locks/lockHolder.ts';
import {
  asInstantMs,
  asTable,
  fieldsOf,
  MalformedField,
  optional,
  present,
  type JsonTable,
  type Reader,
} from './fieldReaders.ts';
import { readSessionId, type SessionId } from './sessionId.ts';
import { readSessionSpec, type SessionSpec } from './sessionSpec.ts';

/** What is known of a session from its start and never changes. */
export interface SessionHeader {
  readonly sessionId: SessionId;
  readonly spec: SessionSpec;
  readonly createdAtMs: number;
  /** The process that runs the session; when it is gone, so is the session. */
  readonly host?: HolderProcess | undefined;
}

/** The version of the format of headers; newer ones are read as far as they are understood. */
export const headerVersion = 1;

/** The header as an object for JSON. */
export function encodeSessionHeader({ host, ...header }: SessionHeader): JsonTable {
  return { v: headerVersion, ...header, ...(host && { host: encodeProcess(host) }) };
}

/** A header out of parsed JSON. @throws MalformedField that names the field */
export function parseSessionHeader(value: unknown): SessionHeader {
  const at = fieldsOf(value, '');
  return present({
    sessionId: at('sessionId', readSessionId),
    spec: at('spec', readSessionSpec),
    createdAtMs: at('createdAtMs', asInstantMs),
    host: at('host', optional(readHost)),
  });
}

const readHost: Reader<HolderProcess> = (value, field) => {
  const table = asTable(value, field);
  try {
    return present(toProcess(table));
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    throw new MalformedField(field, `is no process. ${error.message}`);
  }
};
