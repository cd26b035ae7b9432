import { connect, type Socket } from 'node:net';
import {
  createMessageConnection,
  StreamMessageWriter,
  type CancellationToken,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import { systemClock, type Clock } from '../../base/clock.ts';
import { errorText } from '../../base/errorText.ts';
import { Emitter } from '../../base/event.ts';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import type { EditorPort } from '../../core/acp/editorPort.ts';
import type { ResumeOutcome, ResumePayload } from '../../core/sessions/resumePayload.ts';
import type { SessionId } from '../../core/sessions/sessionId.ts';
import type { Closed, Observation } from '../../core/sessions/sessionObserver.ts';
import { BoundedMessageReader } from './boundedMessageReader.ts';
import { endpointProblem, ownEndpointPlace, type EndpointPlace } from './endpointFolder.ts';
import { readHostAddress } from './hostAddressFile.ts';
import { fromResponseError, HostError, isHostError } from './hostErrors.ts';
import {
  encodeEditorWrite,
  encodeHello,
  hostMethods,
  parseEditorRead,
  parseEditorWrite,
  parseHostedState,
  parseObservation,
  parseObserved,
  type CancelWish,
  type HostClientInfo,
  type HostedState,
} from './hostProtocol.ts';
import { ObservationQueue } from './observationQueue.ts';

export interface AttachOptions {
  readonly sessionId: SessionId;
  readonly client: HostClientInfo;
  /** The files that are open here, where that is an editor. */
  readonly editor?: EditorPort | undefined;
  readonly place?: EndpointPlace | undefined;
  readonly clock?: Pick<Clock, 'after'> | undefined;
}

/** What is told of a session from now on. Whoever observes disposes. */
export interface RemoteObservation extends Disposable {
  next(): Promise<Observation | Closed>;
}

const patienceMs = 10_000;

/**
 * Connects to the host of a session that goes on, or that ended just now.
 * @param folder the absolute path of `.heddle/sessions`
 * @throws HostError `unreachable`, `refused`
 */
export async function attachToSession(
  folder: string,
  { sessionId, client, editor, place = ownEndpointPlace(), clock = systemClock }: AttachOptions,
): Promise<AttachedSession> {
  const address = await readHostAddress(folder, sessionId);
  if (address === undefined) {
    throw new HostError('unreachable', `The session ${sessionId} has no host that runs.`);
  }
  const problem = endpointProblem(address.endpoint, place);
  if (problem !== undefined) {
    throw new HostError('unreachable', `The host of ${sessionId} cannot be reached: ${problem}`);
  }
  const socket = await connected(address.endpoint, clock);
  const attached = new AttachedSession(socket, editor);
  const hello = { token: address.token, client, hasEditor: editor !== undefined };
  const timer = clock.after(patienceMs, () => attached.dispose());
  try {
    await attached.hello(hello);
    return attached;
  } catch (error) {
    attached.dispose();
    // One that goes away says nothing; one that does not let us in says why.
    if (isHostError(error, 'lost')) {
      throw new HostError('unreachable', `The host of ${sessionId} went away.`, { cause: error });
    }
    const message = `The host of ${sessionId} does not let us in: ${errorText(error)}`;
    throw new HostError('refused', message, { cause: error });
  } finally {
    timer.dispose();
  }
}

/** The client's end of a connection to a host. */
export class AttachedSession implements Disposable {
  private readonly connection: MessageConnection;
  private readonly owned = new DisposableStore();
  private readonly queues = new Map<number, ObservationQueue>();
  private readonly closed = new Emitter<undefined>();
  private newestObservation = 0;
  /** Fired once, when the connection is gone. */
  readonly onDidClose = this.closed.event;

  constructor(
    private readonly socket: Socket,
    editor: EditorPort | undefined,
  ) {
    const [reader, writer] = [new BoundedMessageReader(socket), new StreamMessageWriter(socket)];
    this.connection = createMessageConnection(reader, writer);
    this.connection.onNotification(hostMethods.observed, (params: unknown) => this.take(params));
    if (editor) this.serveEditor(editor);
    this.connection.onError(() => this.dispose());
    this.connection.onClose(() => this.dispose());
    socket.on('error', () => this.dispose());
    socket.on('close', () => this.dispose());
    this.connection.listen();
  }

  get isClosed(): boolean {
    return this.owned.isDisposed;
  }

  /** @throws HostError */
  async hello(hello: Parameters<typeof encodeHello>[0]): Promise<void> {
    await this.request(hostMethods.hello, encodeHello(hello));
  }

  /** @throws SessionError, HostError */
  async state(): Promise<HostedState> {
    return understood(await this.request(hostMethods.state, {}), parseHostedState);
  }

  /**
   * Answers what the session asks, all at once. @throws SessionError as `SessionRegistry.resume` does,
   * HostError
   */
  async resume(
    payload: ResumePayload,
    { by }: { readonly by?: string | undefined } = {},
  ): Promise<ResumeOutcome> {
    await this.request(hostMethods.resume, { payload, ...(by !== undefined && { by }) });
    return { outcome: 'continued' };
  }

  /** Asks the session to stop. @throws HostError */
  async cancel(wish: CancelWish): Promise<void> {
    await this.request(hostMethods.cancel, wish);
  }

  /** Events from a sequence number on; without one, from now on. @throws SessionError, HostError */
  async observe(
    options: { readonly fromSequence?: number | undefined } = {},
  ): Promise<RemoteObservation> {
    const answer = await this.request(hostMethods.observe, options);
    const observation = understood(answer, parseObservation);
    const queue = this.queueOf(observation);
    return {
      next: () => queue.next(),
      dispose: () => {
        queue.close();
        this.queues.delete(observation);
        if (this.isClosed) return;
        this.request(hostMethods.unobserve, { observation }).catch(() => undefined);
      },
    };
  }

  dispose(): void {
    if (this.owned.isDisposed) return;
    this.owned.dispose();
    for (const queue of this.queues.values()) queue.close();
    this.connection.dispose();
    this.socket.destroy();
    this.closed.fire(undefined);
    this.closed.dispose();
  }

  private async request(method: string, params: object): Promise<unknown> {
    if (this.isClosed) throw fromResponseError(undefined);
    // A connection that goes takes the answers with it.
    let lost: Disposable | undefined;
    const gone = new Promise<never>((_, reject) => {
      lost = this.onDidClose(() => reject(fromResponseError(undefined)));
    });
    try {
      return await Promise.race([this.connection.sendRequest(method, params), gone]);
    } catch (error) {
      throw error instanceof HostError ? error : fromResponseError(error);
    } finally {
      lost?.dispose();
    }
  }

  /** The first events may come before whoever observes has its number. */
  private queueOf(observation: number): ObservationQueue {
    const known = this.queues.get(observation);
    if (known) return known;
    const queue = new ObservationQueue();
    // Of one that was given up something may still be on its way.
    if (this.isClosed || observation <= this.newestObservation) queue.close();
    else this.queues.set(observation, queue);
    this.newestObservation = Math.max(observation, this.newestObservation);
    return queue;
  }

  private take(params: unknown): void {
    try {
      this.queueOf(parseObservation(params)).push(parseObserved(params));
    } catch {
      // What makes no sense is missed; the numbers of events show it.
    }
  }

  private serveEditor(editor: EditorPort): void {
    this.connection.onRequest(hostMethods.readEditor, async (params: unknown) => {
      const { path } = parseEditorRead(params);
      const text = await editor.read(path);
      return text === undefined ? null : { text };
    });
    this.connection.onRequest(
      hostMethods.writeEditor,
      async (params: unknown, token: CancellationToken) => {
        const { path, text } = parseEditorWrite(params);
        // The host has written it itself by now.
        if (token.isCancellationRequested) return null;
        return encodeEditorWrite(await editor.write(path, text));
      },
    );
  }
}

function understood<T>(value: unknown, parse: (value: unknown) => T): T {
  try {
    return parse(value);
  } catch (error) {
    throw new HostError('protocol', `The host says something else: ${errorText(error)}`, {
      cause: error,
    });
  }
}

function connected(endpoint: string, clock: Pick<Clock, 'after'>): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(endpoint);
    const fail = (cause: unknown): void => {
      timer.dispose();
      socket.destroy();
      const message = `The host of the session does not answer (${errorText(cause)}).`;
      reject(new HostError('unreachable', message, { cause }));
    };
    const timer = clock.after(patienceMs, () => fail(new Error('no connection in time')));
    socket.once('error', fail);
    socket.once('connect', () => {
      timer.dispose();
      socket.off('error', fail);
      resolve(socket);
    });
  });
}
