import { lstatSync, readdirSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { errorText } from '../../base/errorText.ts';
import type { ProcessProbe } from '../../core/agents/liveness.ts';
import { isSessionId } from '../../core/agents/sessionId.ts';
import { isTerminal } from '../../core/sessions/executionState.ts';
import type { FailureInfo } from '../../core/sessions/failure.ts';
import type { RecordedSession } from '../../core/sessions/recoverSession.ts';
import type { SessionId } from '../../core/sessions/sessionId.ts';
import { isPlainFolder } from '../harnessSessions/plainFile.ts';
import { endDeadSessions } from './endDeadSession.ts';
import { SessionIndex } from './sessionIndex.ts';
import { headerFileName, sessionFolder } from './sessionsFolder.ts';

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

/** What a sweep came to. */
export interface SweptSessions extends DeletedSessions {
  /** What else went wrong, sentences for people. */
  readonly problems: readonly string[];
}

/**
 * Deletes what is older or more than is to be kept, and what somebody began and never finished. Sessions
 * that have not ended stay; those whose host is gone are ended on file. @throws system errors
 */
export async function sweepSessions(
  folder: string,
  options: {
    readonly probe: ProcessProbe;
    readonly nowMs: number;
    readonly keep?: Retention | undefined;
  },
): Promise<SweptSessions> {
  const { probe, nowMs, keep = defaultRetention } = options;
  await removeTrash(folder, nowMs);
  const ended = (await endedSessions(folder, probe)).sort(lastEndedFirst);
  const dead = ended.filter(({ state }) => state.state === 'failed' && isOfHost(state.failure));
  const isKept = ({ lastActiveMs }: RecordedSession, rank: number): boolean =>
    rank < keep.maxEnded && nowMs - lastActiveMs < keep.maxAgeMs;
  const doomed = ended.filter((record, rank) => !isKept(record, rank));
  const outcome = await remove(folder, doomed.map(idOf));
  // What stays says from now on itself how it ended.
  const ids = dead.map(idOf).filter((id) => !outcome.deleted.includes(id));
  return { ...outcome, problems: await endDeadSessions(folder, { ids, probe }) };
}

function idOf({ header }: RecordedSession): SessionId {
  return header.sessionId;
}

function isOfHost({ kind }: FailureInfo): boolean {
  return kind === 'host-died';
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

/** A host that is just being started has its folder for a moment before it has a header. */
function isUnbegun(path: string): boolean {
  return (
    isSessionId(basename(path)) &&
    isPlainFolder(path) &&
    lstatSync(join(path, headerFileName), { throwIfNoEntry: false }) === undefined
  );
}

/** Out of sight in one step, so that nobody reads half of it. Links in it are removed, never followed. */
async function removeOne(folder: string, sessionId: SessionId): Promise<void> {
  const trash = join(folder, `.deleted-${randomBytes(8).toString('hex')}`);
  await rename(sessionFolder(folder, sessionId), trash);
  await rm(trash, { recursive: true, force: true });
}

/** What somebody was deleting, or making, when it was killed. */
async function removeTrash(folder: string, nowMs: number): Promise<void> {
  if (!isPlainFolder(folder)) return;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (!trashPattern.test(name) && !isUnbegun(path)) continue;
    const changedMs = lstatSync(path, { throwIfNoEntry: false })?.ctimeMs ?? nowMs;
    if (nowMs - changedMs > dayMs) await rm(path, { recursive: true, force: true });
  }
}
