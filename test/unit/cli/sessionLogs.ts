import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAgentIdentity } from '../../../src/core/identities/agentIdentity.ts';
import type { EventContent } from '../../../src/core/sessions/progressEvent.ts';
import { encodeEventLine } from '../../../src/core/sessions/progressEventCodec.ts';
import type { SessionHeader } from '../../../src/core/sessions/sessionHeader.ts';
import { createProcessProbe } from '../../../src/node/processProbe.ts';
import { recordHost } from '../../../src/node/sessions/hostLiveness.ts';
import { JsonlSessionStore } from '../../../src/node/sessions/jsonlSessionStore.ts';
import { header, numbered } from '../presentation/sessions/sessionEvents.ts';
import type { CliSandbox } from './cliSandbox.ts';

/** A session that is on file. */
export interface LoggedSession {
  /** The last digit of its id. */
  readonly number: number;
  readonly contents: readonly EventContent[];
  /** This process hosts it, which it does not say where. */
  readonly isHosted?: boolean;
  readonly prompt?: string;
  /** The named agent whose turn it is. */
  readonly identity?: string;
}

/** Writes a session into the folder of a sandbox and returns its id. */
export async function logSession(
  { root }: CliSandbox,
  { number, contents, isHosted = false, prompt, identity }: LoggedSession,
): Promise<string> {
  const folder = join(root, '.heddle', 'sessions');
  const sessionId = `session-0000000000000000000${number}`;
  const { spec, createdAtMs } = header;
  const host = isHosted ? await recordHost(createProcessProbe(), createdAtMs) : undefined;
  const own: SessionHeader = {
    sessionId,
    spec: {
      ...spec,
      ...(prompt !== undefined && { prompt }),
      ...(identity !== undefined && { identity: parseAgentIdentity(identity) }),
    },
    createdAtMs: createdAtMs - number * 1000,
    ...(host && { host }),
  };
  await new JsonlSessionStore(folder).create(own);
  const lines = numbered(contents).map(encodeEventLine).join('');
  writeFileSync(join(folder, sessionId, 'events.jsonl'), lines);
  return sessionId;
}
