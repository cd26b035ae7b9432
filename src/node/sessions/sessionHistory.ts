import { lstatSync, readdirSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { errorText } from '../../base/errorText.ts';
import type { ProcessProbe } from '../../core/agents/liveness.ts';
import { isTerminal } from '../../core/sessions/executionState.ts';
import type { RecordedSession } from '../../core/sessions/recoverSession.ts';
import type { SessionId } from '../../core/sessions/sessionId.ts';
import { isPlainFolder } from '../harnessSessions/plainFile.ts';
import { SessionIndex } from './sessionIndex.ts';
import { sessionFolder } from './sessionsFolder.ts';

/** How long sessions are kept after their end, and how many. What is less counts. */
export interface Retention {
  readonly maxAgeMs: number;
  readonly maxEnded: number;
}

const dayMs = 24 * 60 * 60_000;
/** 30 days, 200 sessions. */
export const defaultRetention: Retention = { maxAgeMs: 30 * dayMs, maxEnded: 200 };

/** What a deletion came to. */
export interface DeletedSessions {
  readonly deleted: readonly SessionId[];
  readonly failed: readonly { readonly sessionId: SessionId; readonly problem: string }[];
}

/** Deletes what is older or more than is to be kept. Sessions that have not ended stay. @throws system errors */
export async function sweepSessions(
  folder: string,
  options: {
    readonly probe: ProcessProbe;
    readonly nowMs: number;
    readonly keep?: Retention | undefined;
  },
): Promise<DeletedSessions> {
  const { probe, nowMs, keep = defaultRetention } = options;
  await removeTrash(folder, nowMs);
  const ended = (await endedSessions(folder, probe)).sort(lastEndedFirst);
  const isKept = ({ lastActiveMs }: RecordedSession, rank: number): boolean =>
    rank < keep.maxEnded && nowMs - lastActiveMs < keep.maxAgeMs;
  const doomed = ended.filter((record, rank) => !isKept(record, rank));
  return remove(
    folder,
    doomed.map(({ header }) => header.sessionId),
  );
}

/** Deletes the named sessions, or all, as far as they have ended. @throws system errors */
export async function deleteHistory(
  folder: string,
  options: { readonly probe: ProcessProbe; readonly only?: readonly SessionId[] | undefined },
): Promise<DeletedSessions> {
  const { only } = options;
  const ended = (await endedSessions(folder, options.probe)).map(({ header }) => header.sessionId);
  return remove(
    folder,
    ended.filter((id) => only?.includes(id) ?? true),
  );
}

async function endedSessions(folder: string, probe: ProcessProbe): Promise<RecordedSession[]> {
  const { sessions } = await new SessionIndex(folder, { probe }).list();
  return sessions.map(({ record }) => record).filter(({ state }) => isTerminal(state));
}

function lastEndedFirst(a: RecordedSession, b: RecordedSession): number {
  return b.lastActiveMs - a.lastActiveMs;
}

async function remove(folder: string, ids: readonly SessionId[]): Promise<DeletedSessions> {
  const deleted: SessionId[] = [];
  const failed: { sessionId: SessionId; problem: string }[] = [];
  for (const sessionId of ids) {
    try {
      await removeOne(folder, sessionId);
      deleted.push(sessionId);
    } catch (error) {
      failed.push({ sessionId, problem: errorText(error) });
    }
  }
  return { deleted, failed };
}

const trashPattern = /^\.deleted-[0-9a-f]{16}$/;

/** Out of sight in one step, so that nobody reads half of it. Links in it are removed, never followed. */
async function removeOne(folder: string, sessionId: SessionId): Promise<void> {
  const trash = join(folder, `.deleted-${randomBytes(8).toString('hex')}`);
  await rename(sessionFolder(folder, sessionId), trash);
  await rm(trash, { recursive: true, force: true });
}

/** What somebody was deleting when it ended. */
async function removeTrash(folder: string, nowMs: number): Promise<void> {
  if (!isPlainFolder(folder)) return;
  for (const name of readdirSync(folder).filter((each) => trashPattern.test(each))) {
    const path = join(folder, name);
    const changedMs = lstatSync(path, { throwIfNoEntry: false })?.ctimeMs ?? nowMs;
    if (nowMs - changedMs > dayMs) await rm(path, { recursive: true, force: true });
  }
}
