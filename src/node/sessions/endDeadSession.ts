import { statSync } from 'node:fs';
import { join } from 'node:path';
import { errorText } from '../../base/errorText.ts';
import type { ProcessProbe } from '../../core/agents/liveness.ts';
import { isTerminal } from '../../core/sessions/executionState.ts';
import { isTerminalEvent } from '../../core/sessions/progressEvent.ts';
import { encodeEventLine } from '../../core/sessions/progressEventCodec.ts';
import {
  hostDiedEvent,
  readRecordedSession,
  recoverSession,
  type RecordedSession,
} from '../../core/sessions/recoverSession.ts';
import type { SessionArchive } from '../../core/sessions/sessionStore.ts';
import type { SessionId } from '../../core/sessions/sessionId.ts';
import { appendLines } from '../activityAppend.ts';
import { StoreLocker } from '../storeLock.ts';
import { hostLiveness } from './hostLiveness.ts';
import { SessionFiles } from './jsonlSessionStore.ts';
import { readLastEvent } from './readSessionLog.ts';
import { maxLogBytes } from './sessionLogLimits.ts';
import { endsLockName, eventsFileName, sessionFolder } from './sessionsFolder.ts';

/**
 * What is recorded of a session, failed when its host is gone without having ended it; undefined when
 * there is no such session. The time of such a failure is that of the last sign of life.
 * @throws Error when it cannot be read
 */
export async function readRecoveredSession(
  archive: SessionArchive,
  { sessionId, probe }: { readonly sessionId: SessionId; readonly probe: ProcessProbe },
): Promise<RecordedSession | undefined> {
  const record = await readRecordedSession(archive, sessionId);
  if (record === undefined || isTerminal(record.state)) return record;
  const [host = 'unknown'] = await hostLiveness(probe, [record.header]);
  if (host !== 'dead') return record;
  // A host that has gone meanwhile may have written the end before.
  const last = await readRecordedSession(archive, sessionId);
  return last && recoverSession(last, { host, nowMs: last.lastActiveMs });
}

/**
 * Writes into the log of a session whose host is gone that it has failed, so that nobody has to find out
 * again. However many do that at once, it is written once. True when that was written.
 * @throws system errors, RegistryError `lock-timeout`, `lock-unavailable`
 */
export async function endDeadSession(
  folder: string,
  { sessionId, probe }: { readonly sessionId: SessionId; readonly probe: ProcessProbe },
): Promise<boolean> {
  const files = new SessionFiles(folder);
  const header = await files.header(sessionId);
  if (header === undefined) return false;
  const [host = 'unknown'] = await hostLiveness(probe, [header]);
  const path = join(sessionFolder(folder, sessionId), eventsFileName);
  if (host !== 'dead' || (await hasEnd(path))) return false;
  const lock = await new StoreLocker(join(folder, endsLockName)).acquire();
  try {
    const record = await readRecordedSession(files, sessionId);
    const event = record && hostDiedEvent(record, { host, nowMs: record.lastActiveMs });
    // Nobody would read it, and so write it again and again.
    if (event === undefined || !Number.isSafeInteger(event.sequence) || isFull(path)) return false;
    lock.assertStillHeld();
    appendLines(path, encodeEventLine(event));
    return true;
  } finally {
    await lock.release();
  }
}

/** The same for some sessions. Never rejects; returns what went wrong, sentences for people. */
export async function endDeadSessions(
  folder: string,
  { ids, probe }: { readonly ids: readonly SessionId[]; readonly probe: ProcessProbe },
): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const sessionId of ids) {
    try {
      await endDeadSession(folder, { sessionId, probe });
    } catch (error) {
      problems.push(`The end of ${sessionId} could not be written: ${errorText(error)}`);
    }
  }
  return problems;
}

async function hasEnd(path: string): Promise<boolean> {
  const last = await readLastEvent(path);
  return last !== undefined && isTerminalEvent(last.event);
}

function isFull(path: string): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) >= maxLogBytes;
}
