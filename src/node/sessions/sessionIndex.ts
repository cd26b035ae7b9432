import { lstatSync, readdirSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { errorCode, errorText } from '../../base/errorText.ts';
import { SerialQueue } from '../../base/serialQueue.ts';
import type { Liveness, ProcessProbe } from '../../core/agents/liveness.ts';
import { isSessionId } from '../../core/agents/sessionId.ts';
import { isTerminal } from '../../core/sessions/executionState.ts';
import { isTerminalEvent, type ProgressEvent } from '../../core/sessions/progressEvent.ts';
import {
  beginRecord,
  foldEvent,
  recoverSession,
  type RecordedSession,
} from '../../core/sessions/recoverSession.ts';
import type { SessionHeader } from '../../core/sessions/sessionHeader.ts';
import type { SessionId } from '../../core/sessions/sessionId.ts';
import { isPlainFolder } from '../harnessSessions/plainFile.ts';
import { isSameIdentity, toIdentity, type FileIdentity } from '../readFolderFile.ts';
import { forEachYielding } from '../yieldingLoop.ts';
import { hostLiveness } from './hostLiveness.ts';
import { hasMiddle, readLastEvent, readLogEnds, readSessionLog } from './readSessionLog.ts';
import { readHeaderFile, type BrokenSession } from './sessionHeaderFile.ts';
import { eventsFileName } from './sessionsFolder.ts';

/** What somebody wants to know of each session besides its record. The events come in order. */
export interface SessionFold<T> {
  begin(header: SessionHeader): T;
  /** Returns the same object when the event changes nothing. */
  add(before: T, event: ProgressEvent): T;
}

/** A session as it is listed. The same object as before when nothing of it has changed. */
export interface IndexedSession<T> {
  /** A session whose host is gone has failed, whoever has written that or not. */
  readonly record: RecordedSession;
  readonly digest: T;
}

/** The sessions of a folder. */
export interface SessionListing<T> {
  /** The newest first. */
  readonly sessions: readonly IndexedSession<T>[];
  readonly broken: readonly BrokenSession[];
}

interface Known<T> {
  readonly shown: IndexedSession<T>;
  /** As the log says, without a verdict on the host. */
  readonly record: RecordedSession;
  readonly identity: FileIdentity | undefined;
  /** Where reading goes on. */
  readonly offset: number;
}

export interface SessionIndexOptions<T> {
  readonly probe: ProcessProbe;
  /** Without it, of sessions that have ended only the end is read. */
  readonly fold?: SessionFold<T> | undefined;
  /** True when of sessions that have ended the fold may miss what is neither at the begin nor at the end. */
  readonly isBrief?: boolean | undefined;
}

/** More folders are not looked at. */
const maxSessions = 10_000;

/**
 * Knows the sessions of a folder at a cost that follows what changed: what has ended is read once, of what
 * goes on only what was added.
 */
export class SessionIndex<T = undefined> {
  private readonly known = new Map<SessionId, Known<T>>();
  private readonly refreshes = new SerialQueue();

  /** @param folder the absolute path of `.heddle/sessions`; it need not exist */
  constructor(
    private readonly folder: string,
    private readonly options: SessionIndexOptions<T>,
  ) {}

  /** Looks at the folder. @throws system errors other than a missing folder */
  list(): Promise<SessionListing<T>> {
    return this.refreshes.run(() => this.refresh());
  }

  private async refresh(): Promise<SessionListing<T>> {
    const ids = this.ids();
    const present = new Set(ids);
    for (const id of [...this.known.keys()]) if (!present.has(id)) this.known.delete(id);
    const broken: BrokenSession[] = [];
    await forEachYielding(ids, async (id) => {
      const known = this.known.get(id);
      if (known && isTerminal(known.record.state)) return;
      const problem = await this.look(id);
      if (problem) broken.push(problem);
    });
    await this.judgeHosts();
    const sessions = [...this.known.values()].map(({ shown }) => shown);
    return { sessions: sessions.sort(newestFirst), broken };
  }

  private ids(): readonly SessionId[] {
    if (!isPlainFolder(this.folder)) return [];
    try {
      return readdirSync(this.folder).filter(isSessionId).slice(0, maxSessions);
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return [];
      throw error;
    }
  }

  /** Brings one session up to date, or says why that cannot be. */
  private async look(id: SessionId): Promise<BrokenSession | undefined> {
    const known = this.known.get(id);
    if (known && isTerminal(known.record.state)) return undefined;
    const path = join(this.folder, id, eventsFileName);
    try {
      const before = known ?? (await this.begin(id));
      if (before === undefined) return undefined;
      if ('problem' in before) return before;
      const read = await this.readOn(before, path);
      this.known.set(id, read);
      return undefined;
    } catch (error) {
      this.known.delete(id);
      return { sessionId: id, path, problem: errorText(error) };
    }
  }

  private async begin(id: SessionId): Promise<Known<T> | BrokenSession | undefined> {
    const header = await readHeaderFile(this.folder, id);
    if (header === undefined || 'problem' in header) return header;
    return this.fresh(header);
  }

  private fresh(header: SessionHeader): Known<T> {
    const record = beginRecord(header);
    // Without a fold there is nothing to be told.
    const digest = this.options.fold?.begin(header) as T;
    return { record, shown: { record, digest }, identity: undefined, offset: 0 };
  }

  private async readOn(before: Known<T>, path: string): Promise<Known<T>> {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats?.isFile() !== true) return before;
    const identity = toIdentity(stats);
    if (before.identity && isSameIdentity(before.identity, identity)) return before;
    const { header } = before.record;
    const start = isContinued(before, stats) ? before : this.fresh(header);
    const isListed = start.offset === 0 && this.isEndEnough(stats);
    const end = isListed ? await endOf(header, path) : undefined;
    if (end) {
      const digest = await this.foldEnds(start.shown.digest, path, stats);
      return { record: end, shown: { record: end, digest }, identity, offset: 0 };
    }
    let { record, offset } = start;
    let { digest } = start.shown;
    for await (const { event, nextOffset } of readSessionLog(path, offset)) {
      const next = foldEvent(record, event);
      if (next !== record && this.options.fold) digest = this.options.fold.add(digest, event);
      record = next;
      offset = nextOffset;
    }
    return { record, shown: { record, digest }, identity, offset };
  }

  private isEndEnough({ size }: Stats): boolean {
    const { fold, isBrief } = this.options;
    return fold === undefined || (isBrief === true && hasMiddle(size));
  }

  private async foldEnds(digest: T, path: string, { size }: Stats): Promise<T> {
    const { fold } = this.options;
    if (fold === undefined) return digest;
    let folded = digest;
    for await (const event of readLogEnds(path, size)) folded = fold.add(folded, event);
    return folded;
  }

  /** Only the open ones: what has ended needs no host. */
  private async judgeHosts(): Promise<void> {
    const open = [...this.known].filter(([, { record }]) => !isTerminal(record.state));
    const headers = open.map(([, { record }]) => record.header);
    const verdicts = await hostLiveness(this.options.probe, headers);
    for (const [i, [id]] of open.entries()) {
      const host = verdicts[i] ?? 'unknown';
      // A host that has gone meanwhile may have written the end before.
      if (host === 'dead') await this.look(id);
      const known = this.known.get(id);
      if (known) this.known.set(id, withVerdict(known, host));
    }
  }
}

/** The same object when it was shown like this before. */
function withVerdict<T>(known: Known<T>, host: Liveness): Known<T> {
  const { record, shown } = known;
  const recovered = recoverSession(record, { host, nowMs: record.lastActiveMs });
  const isShown = recovered === record ? shown.record === record : isTerminal(shown.record.state);
  return isShown ? known : { ...known, shown: { ...shown, record: recovered } };
}

/** A log only grows; one that does not is another. */
function isContinued(
  { identity }: { readonly identity: FileIdentity | undefined },
  { ino, size }: Stats,
): boolean {
  return identity?.inode === ino && identity.size <= size;
}

/** The record of a session that has ended, from its last event alone. */
async function endOf(header: SessionHeader, path: string): Promise<RecordedSession | undefined> {
  const last = await readLastEvent(path);
  if (last === undefined || !isTerminalEvent(last.event)) return undefined;
  return foldEvent({ ...beginRecord(header), lastSequence: last.event.sequence - 1 }, last.event);
}

function newestFirst(a: IndexedSession<unknown>, b: IndexedSession<unknown>): number {
  const [one, other] = [a.record.header, b.record.header];
  return other.createdAtMs - one.createdAtMs || (one.sessionId < other.sessionId ? -1 : 1);
}
