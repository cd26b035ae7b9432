import { createHash, timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';
import {
  CancellationTokenSource,
  createMessageConnection,
  ErrorCodes,
  ResponseError,
  StreamMessageWriter,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import type { Clock } from '../../base/clock.ts';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import { forwardObservations } from '../../core/sessions/forwardObservations.ts';
import { asText, fieldsOf } from '../../core/sessions/fieldReaders.ts';
import type { SessionId } from '../../core/sessions/sessionId.ts';
import type { SessionObserver } from '../../core/sessions/sessionObserver.ts';
import type { SessionRegistry } from '../../core/sessions/sessionRegistry.ts';
import type { AttachedEditors, RemoteEditor } from './attachedEditors.ts';
import { BoundedMessageReader } from './boundedMessageReader.ts';
import { toResponseError } from './hostErrors.ts';
import {
  hostMethods,
  hostProtocolVersion,
  parseCancelRequest,
  parseEditorWritten,
  parseHello,
  parseObservation,
  parseObserveRequest,
  parseResumeRequest,
  type HostedState,
  type ObservedRecord,
} from './hostProtocol.ts';

/** What a host lets its clients at. */
export interface HostedSessionPorts {
  readonly registry: SessionRegistry;
  readonly sessionId: SessionId;
  readonly token: string;
  readonly editors: AttachedEditors;
  readonly clock: Clock;
  /** Resolves when all that has happened is on file, or cannot be written. */
  readonly recorded: () => Promise<void>;
}

/** Who has not shown the token gets no more attention than this. */
const maxBytesBeforeHello = 64 * 1024;
const helloPatienceMs = 10_000;
/** So long a refusal may take to reach whoever is refused. */
const partingMs = 200;
const maxObservations = 64;

/** One client at the end of a socket. What goes wrong with it never reaches the session. */
export class HostedClient implements Disposable {
  private readonly connection: MessageConnection;
  private readonly owned = new DisposableStore();
  private readonly observers = new Map<number, SessionObserver>();
  private observationCount = 0;
  private isKnown = false;
  private name: string | undefined;

  /** @param onDidEnd called once, when the connection is gone */
  constructor(
    private readonly socket: Socket,
    private readonly ports: HostedSessionPorts,
    private readonly onDidEnd: () => void,
  ) {
    const [reader, writer] = [new BoundedMessageReader(socket), new StreamMessageWriter(socket)];
    this.connection = createMessageConnection(reader, writer);
    this.connection.onRequest((method, params) => this.answer(method, params));
    this.connection.onError(() => this.dispose());
    this.connection.onClose(() => this.dispose());
    socket.on('error', () => this.dispose());
    socket.on('close', () => this.dispose());
    this.expectHello();
    this.connection.listen();
  }

  dispose(): void {
    if (this.owned.isDisposed) return;
    this.owned.dispose();
    for (const observer of this.observers.values()) observer.dispose();
    this.observers.clear();
    this.connection.dispose();
    this.socket.destroy();
    this.onDidEnd();
  }

  private expectHello(): void {
    let bytes = 0;
    const count = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (!this.isKnown && bytes > maxBytesBeforeHello) this.dispose();
      if (this.isKnown) this.socket.off('data', count);
    };
    this.socket.on('data', count);
    const impatience = this.ports.clock.after(helloPatienceMs, () => {
      if (!this.isKnown) this.dispose();
    });
    this.owned.add(impatience);
  }

  private async answer(method: string, params: unknown): Promise<unknown> {
    try {
      if (method === hostMethods.hello) return this.hello(params);
      if (!this.isKnown) throw this.refuse('Say hello first.');
      return await this.carryOut(method, params);
    } catch (error) {
      throw error instanceof ResponseError ? error : toResponseError(error);
    }
  }

  private hello(params: unknown): unknown {
    let hello: ReturnType<typeof parseHello>;
    try {
      hello = parseHello(params);
    } catch (error) {
      this.refuse('');
      throw error;
    }
    if (!isSameSecret(hello.token, this.ports.token)) throw this.refuse('This is not the token.');
    const isNew = !this.isKnown;
    this.isKnown = true;
    this.name = hello.client.name;
    if (isNew && hello.hasEditor) this.owned.add(this.ports.editors.attach(this.editor()));
    return { v: hostProtocolVersion, sessionId: this.ports.sessionId };
  }

  private carryOut(method: string, params: unknown): unknown {
    const { registry, sessionId, clock } = this.ports;
    switch (method) {
      case hostMethods.state:
        return this.state();
      case hostMethods.resume: {
        const { payload, by = this.name } = parseResumeRequest(params);
        return registry.resume(sessionId, payload, { by });
      }
      case hostMethods.cancel: {
        const reason = parseCancelRequest(params, clock.now());
        registry.cancel(sessionId, { by: this.name, ...reason });
        return null;
      }
      case hostMethods.observe:
        return this.observe(parseObserveRequest(params));
      case hostMethods.unobserve: {
        this.observers.get(parseObservation(params))?.dispose();
        return null;
      }
      default:
        throw new ResponseError(ErrorCodes.MethodNotFound, `There is no method ${method}.`);
    }
  }

  private state(): HostedState {
    const { registry, sessionId } = this.ports;
    // Unknown sessions are refused by the verb itself.
    const state = registry.state(sessionId);
    const listing = registry.list().find(({ header }) => header.sessionId === sessionId);
    const { cancelReason, lastSequence = 0, lastActiveMs = this.ports.clock.now() } = listing ?? {};
    return { state, lastSequence, lastActiveMs, ...(cancelReason && { cancelReason }) };
  }

  private observe(options: { readonly fromSequence?: number | undefined }): unknown {
    if (this.observers.size >= maxObservations) {
      throw new ResponseError(ErrorCodes.InvalidRequest, 'This client observes too much.');
    }
    const observer = this.ports.registry.observe(this.ports.sessionId, options);
    this.observationCount += 1;
    const observation = this.observationCount;
    this.observers.set(observation, observer);
    void this.forward(observation, observer);
    return { observation };
  }

  /** Never rejects. */
  private async forward(observation: number, observer: SessionObserver): Promise<void> {
    // A connection that is gone throws at once.
    const send = async (record: ObservedRecord): Promise<void> =>
      this.connection.sendNotification(hostMethods.observed, { observation, ...record });
    // The answer with the number goes first.
    await new Promise((resolve) => setImmediate(resolve));
    const end = await forwardObservations(observer, { send, recorded: this.ports.recorded });
    this.observers.delete(observation);
    if (end === 'ended' && !this.owned.isDisposed)
      await send({ kind: 'closed' }).catch(() => undefined);
  }

  private editor(): RemoteEditor {
    return {
      read: async (path, signal) => {
        const answer = await this.ask(hostMethods.readEditor, { path }, signal);
        return answer === null ? undefined : fieldsOf(answer, '')('text', asText);
      },
      write: async (file, signal) => {
        return parseEditorWritten(await this.ask(hostMethods.writeEditor, file, signal));
      },
    };
  }

  private ask(method: string, params: object, signal: AbortSignal): Promise<unknown> {
    const source = new CancellationTokenSource();
    signal.addEventListener('abort', () => source.cancel(), { once: true });
    return this.connection.sendRequest(method, params, source.token);
  }

  /** The error to be thrown; the connection ends when it had time to arrive. */
  private refuse(message: string): ResponseError<undefined> {
    this.owned.add(this.ports.clock.after(partingMs, () => this.dispose()));
    return new ResponseError(ErrorCodes.InvalidRequest, message);
  }
}

/** Takes the same time whatever they are. */
function isSameSecret(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
