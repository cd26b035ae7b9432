import type { Socket } from 'node:net';
import {
  createMessageConnection,
  StreamMessageWriter,
  type CancellationToken,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import type { Clock } from '../../base/clock.ts';
import { errorText } from '../../base/errorText.ts';
import { Emitter } from '../../base/event.ts';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import type { EditorPort } from '../../core/acp/editorPort.ts';
import type { ResumeOutcome, ResumePayload } from '../../core/sessions/resumePayload.ts';
import type { Closed, Observation } from '../../core/sessions/sessionObserver.ts';
import { BoundedMessageReader } from './boundedMessageReader.ts';
import { fromResponseError, HostError } from './hostErrors.ts';
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
  type HostedState,
} from './hostProtocol.ts';
import { ObservationQueue } from './observationQueue.ts';

/** What is told of a session from now on. Whoever observes disposes. */
export interface RemoteObservation extends Disposable {
  next(): Promise<Observation | Closed>;
}

/** A host that answers nothing for so long is as good as gone; each of its answers takes it moments. */
const answerPatienceMs = 30_000;

interface AttachedOptions {
  readonly editor: EditorPort | undefined;
  readonly clock: Pick<Clock, 'after'>;
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
    private readonly options: AttachedOptions,
  ) {
    const { editor } = options;
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
    const timer = this.options.clock.after(answerPatienceMs, () => this.dispose());
    try {
      return await Promise.race([this.connection.sendRequest(method, params), gone]);
    } catch (error) {
      throw error instanceof HostError ? error : fromResponseError(error);
    } finally {
      timer.dispose();
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
