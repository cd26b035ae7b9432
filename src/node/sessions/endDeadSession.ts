import { join } from 'node:path';
import type { ProcessProbe } from '../../core/agents/liveness.ts';
import { isTerminal } from '../../core/sessions/executionState.ts';
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
import { hostLiveness } from './hostLiveness.ts';
import { SessionFiles } from './jsonlSessionStore.ts';
import { eventsFileName, sessionFolder } from './sessionsFolder.ts';

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
 * again. True when that was written. @throws system errors
 */
export async function endDeadSession(
  folder: string,
  { sessionId, probe }: { readonly sessionId: SessionId; readonly probe: ProcessProbe },
): Promise<boolean> {
  const files = new SessionFiles(folder);
  const header = await files.header(sessionId);
  if (header === undefined) return false;
  const [host = 'unknown'] = await hostLiveness(probe, [header]);
  if (host !== 'dead') return false;
  const record = await readRecordedSession(files, sessionId);
  const event = record && hostDiedEvent(record, { host, nowMs: record.lastActiveMs });
  if (event === undefined) return false;
  appendLines(join(sessionFolder(folder, sessionId), eventsFileName), encodeEventLine(event));
  return true;
}
