import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { shortened } from '../../core/activity/utf8.ts';
import type { AgentIdentity } from '../../core/identities/agentIdentity.ts';
import {
  continuityFailureKinds,
  type ContinuityFailureKind,
  type FencingToken,
} from '../../core/identities/continuityRecord.ts';
import { identityStates, type IdentityState } from '../../core/identities/identityState.ts';
import {
  asCount,
  asFlag,
  asInstantMs,
  asName,
  asOneOf,
  asText,
  fieldsOf,
  optional,
  present,
} from '../../core/sessions/fieldReaders.ts';
import { readSessionId, type SessionId } from '../../core/sessions/sessionId.ts';
import { atomicWrite } from '../atomicWrite.ts';
import { isPlainFolder } from '../harnessSessions/plainFile.ts';
import { assertVersion, jsonText, readJsonFile } from './jsonFile.ts';
import { asToken } from './tokenField.ts';

/** What the last owner of an identity said of it. It is shown, and decides nothing. */
export interface StatusFile {
  /** Under which it said so; an older one says nothing of what a newer owner does. */
  readonly token: FencingToken;
  readonly atMs: number;
  readonly state: IdentityState;
  /** Why, as a sentence for people. */
  readonly detail?: string | undefined;
  /** Set when it is broken. */
  readonly failure?: ContinuityFailureKind | undefined;
  /** The session that runs, or that ran last. */
  readonly sessionId?: SessionId | undefined;
  /** True while that session had not ended. */
  readonly isRunning?: true | undefined;
  /** The end of what the agent said last. */
  readonly lastOutput?: string | undefined;
}

/** Longest text of an output that is shown in lists. */
export const maxShownOutput = 2000;
const maxDetail = 2000;
const statusFileName = 'status.json';
const version = 1;
const limits = { maxBytes: 64 * 1024, what: 'a status' };

/** Undefined for none and for one that cannot be read: nothing depends on it. */
export function readStatusFile(folder: string, identity: AgentIdentity): StatusFile | undefined {
  if (!isPlainFolder(folder)) return undefined;
  const file = readJsonFile(join(folder, statusFileName), limits, (v) => decode(v, identity));
  return file && 'value' in file ? file.value : undefined;
}

/**
 * Replaces it, unless a newer owner has said something. Without a folder nothing is written: there is
 * nothing to be shown either. @throws system errors
 */
export async function writeStatusFile(
  folder: string,
  identity: AgentIdentity,
  status: StatusFile,
): Promise<void> {
  if (!isPlainFolder(folder)) return;
  const known = readStatusFile(folder, identity);
  if (known !== undefined && known.token > status.token) return;
  await atomicWrite(join(folder, statusFileName), statusText(identity, status), {
    isDurable: false,
  });
}

/** Of an identity that was deleted there is nothing to say. @throws system errors */
export async function removeStatusFile(folder: string): Promise<void> {
  if (isPlainFolder(folder)) await unlink(join(folder, statusFileName)).catch(() => undefined);
}

function statusText(identity: AgentIdentity, status: StatusFile): string {
  const { token, atMs, state, detail, failure, sessionId, isRunning, lastOutput } = status;
  return jsonText(
    present({
      ...{ version, identity, token, at_ms: Math.round(atMs), state, failure },
      detail: detail === undefined ? undefined : shortened(detail, maxDetail),
      ...{ session_id: sessionId, is_running: isRunning },
      last_output: lastOutput === undefined ? undefined : endOf(lastOutput, maxShownOutput),
    }),
  );
}

/** The end of a text that is too long, an ellipsis included. */
export function endOf(text: string, maxLength: number): string {
  return text.length <= maxLength ? text : `…${text.slice(1 - maxLength)}`;
}

function decode(value: unknown, identity: AgentIdentity): StatusFile {
  const at = fieldsOf(value, '');
  assertVersion(at('version', asCount), version);
  if (at('identity', asName) !== identity) throw new Error('It belongs to another identity.');
  return present({
    token: at('token', asToken),
    atMs: at('at_ms', asInstantMs),
    state: at('state', asOneOf(identityStates)),
    detail: at('detail', optional(asText)),
    failure: at('failure', optional(asOneOf(continuityFailureKinds))),
    sessionId: at('session_id', optional(readSessionId)),
    isRunning: at('is_running', asFlag),
    lastOutput: at('last_output', optional(asText)),
  });
}
