import { CoalescedRun } from '../../base/coalescedRun.ts';
import { DisposableStore, toDisposable, type Disposable } from '../../base/lifecycle.ts';
import { isTerminal } from '../../core/sessions/executionState.ts';
import type { ProgressEvent } from '../../core/sessions/progressEvent.ts';
import { hostDiedEvent } from '../../core/sessions/recoverSession.ts';
import { SessionError } from '../../core/sessions/sessionError.ts';
import { SessionFiles } from '../../node/sessions/jsonlSessionStore.ts';
import { watchSession } from '../../node/sessions/watchSession.ts';
import type { SessionRef } from '../../presentation/sessions/rows/sessionElement.ts';
import {
  addToTranscript,
  beginTranscript,
  type Transcript,
} from '../../presentation/sessions/transcript.ts';
import type { SessionConnections } from './sessionConnections.ts';
import type { SessionListSet } from './sessionListSet.ts';

export interface TranscriptFollowerOptions {
  readonly lists: Pick<SessionListSet, 'get' | 'find' | 'onDidChange'>;
  readonly connections: Pick<SessionConnections, 'attach' | 'clientIn'>;
  /** Whether hosts may be talked to; else only files are read. */
  readonly isLive: boolean;
  readonly onDidChange: () => void;
  /** Called once, when the session cannot be followed. */
  readonly onDidFail: (error: unknown) => void;
}

/** So long at a time, so that the editor is not held up by a long history. */
const maxSliceMs = 8;

/** Follows one session: what is on file, then what happens. */
export class TranscriptFollower implements Disposable {
  private readonly own = new DisposableStore();
  private readonly abort = new AbortController();
  private known: Transcript | undefined;

  constructor(
    private readonly ref: SessionRef,
    private readonly options: TranscriptFollowerOptions,
  ) {
    this.own.add(toDisposable(() => this.abort.abort()));
    const fail = (error: unknown): void => {
      if (!this.own.isDisposed) options.onDidFail(error);
    };
    if (options.isLive) {
      this.followHost().catch(fail);
      return;
    }
    const run = this.own.add(new CoalescedRun(() => this.readOn(), fail));
    this.own.add(
      options.lists.onDidChange(({ root, sessionIds }) => {
        if (root === ref.root && sessionIds?.has(ref.sessionId) !== false) void run.request();
      }),
    );
    void run.request();
  }

  /** Undefined until something is known of it. */
  get transcript(): Transcript | undefined {
    return this.known;
  }

  dispose(): void {
    this.own.dispose();
  }

  private async followHost(): Promise<void> {
    const { lists, connections } = this.options;
    const { root, sessionId } = this.ref;
    const member = this.expectRoot();
    let transcript = await this.begin(member.folder);
    const session = lists.find(this.ref);
    const isOver = session !== undefined && isTerminal(session.record.state);
    const attached = isOver ? undefined : await connections.attach(this.ref).catch(() => undefined);
    const observations = watchSession(member.folder, {
      ...{ sessionId, attached, client: connections.clientIn(root), probe: member.root.probe },
      signal: this.abort.signal,
    });
    const rest = sliced();
    for await (const observation of observations) {
      if (this.own.isDisposed) return;
      // What was missed shows in the numbers of the events.
      if (observation.kind === 'event') transcript = addToTranscript(transcript, observation.event);
      this.set(transcript);
      await rest();
    }
  }

  private async readOn(): Promise<void> {
    const member = this.expectRoot();
    let transcript = this.known ?? (await this.begin(member.folder));
    const files = new SessionFiles(member.folder);
    const from = transcript.record.lastSequence + 1;
    const rest = sliced();
    for await (const event of files.history(this.ref.sessionId, from)) {
      if (this.own.isDisposed) return;
      transcript = addToTranscript(transcript, event);
      await rest();
    }
    const end = this.endOf(transcript);
    if (!this.own.isDisposed) this.set(end ? addToTranscript(transcript, end) : transcript);
  }

  /** Of a session whose host is gone, as the list has found out. */
  private endOf({ record }: Transcript): ProgressEvent | undefined {
    const listed = this.options.lists.find(this.ref);
    if (listed === undefined || !isTerminal(listed.record.state)) return undefined;
    return hostDiedEvent(record, { host: 'dead', nowMs: record.lastActiveMs });
  }

  private async begin(folder: string): Promise<Transcript> {
    const { sessionId } = this.ref;
    const header = await new SessionFiles(folder).header(sessionId);
    if (header === undefined) throw new SessionError({ code: 'not-found', sessionId });
    const transcript = beginTranscript(header);
    this.set(transcript);
    return transcript;
  }

  private set(transcript: Transcript): void {
    if (this.own.isDisposed) return;
    this.known = transcript;
    this.options.onDidChange();
  }

  private expectRoot(): NonNullable<ReturnType<SessionListSet['get']>> {
    const member = this.options.lists.get(this.ref.root);
    if (member) return member;
    throw new SessionError({ code: 'not-found', sessionId: this.ref.sessionId });
  }
}

/** Lets others have their turn when this one has lasted long enough. */
export function sliced(maxMs = maxSliceMs): () => Promise<void> {
  let sinceMs = performance.now();
  return async () => {
    if (performance.now() - sinceMs < maxMs) return;
    await new Promise((resolve) => setImmediate(resolve));
    sinceMs = performance.now();
  };
}
