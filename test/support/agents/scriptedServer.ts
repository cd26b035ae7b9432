import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as it came over the wire. */
export interface RecordedRequest {
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed JSON; the text itself where it is not JSON; `undefined` where there was none. */
  readonly body: unknown;
}

/** What a handler writes its answer with. Each request must be ended by one of them. */
export interface Answer {
  /** True once the other side has hung up: nothing more can be sent. */
  isClosed(): boolean;
  json(status: number, body: unknown): void;
  text(status: number, body: string): void;
  /** Starts an answer of server-sent events. */
  events(): EventAnswer;
}

/** An open answer of server-sent events. */
export interface EventAnswer {
  /** Sends one event; `name` is left out where the protocol has only data lines. */
  send(event: { readonly name?: string; readonly data: unknown }): void;
  end(): void;
}

export type RequestHandler = (request: RecordedRequest, answer: Answer) => void | Promise<void>;

/** A server on the loopback interface that answers as a test tells it to. */
export interface ScriptedServer {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Every request, in order of arrival, recorded before it is handled. */
  readonly requests: readonly RecordedRequest[];
  /** What the handler threw; each was answered with 500. */
  readonly faults: readonly unknown[];
  /** Stops listening and cuts every open connection; twice is no error. */
  stop(): Promise<void>;
}

/** Starts a server on a free port of 127.0.0.1. */
export async function startScriptedServer(handler: RequestHandler): Promise<ScriptedServer> {
  const requests: RecordedRequest[] = [];
  const faults: unknown[] = [];
  const server = createServer((incoming, outgoing) => {
    void answerOne(incoming, outgoing);
  });

  async function answerOne(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    outgoing.on('error', () => undefined); // the other side hung up: nobody is there to be told
    try {
      const request = await readRequest(incoming);
      requests.push(request);
      await handler(request, answerOn(outgoing));
    } catch (error) {
      if (incoming.destroyed && !incoming.complete) return;
      faults.push(error);
      if (!outgoing.headersSent) outgoing.writeHead(500, { 'content-type': 'text/plain' });
      outgoing.end(String(error));
    }
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    faults,
    stop: () => stopServer(server),
  };
}

async function readRequest(incoming: IncomingMessage): Promise<RecordedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const url = new URL(incoming.url ?? '/', 'http://127.0.0.1');
  const headers = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]);
  return {
    method: incoming.method ?? 'GET',
    path: url.pathname,
    query: url.search.slice(1),
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: parseBody(Buffer.concat(chunks).toString()),
  };
}

function parseBody(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function answerOn(outgoing: ServerResponse): Answer {
  const whole = (status: number, type: string, body: string): void => {
    outgoing.writeHead(status, { 'content-type': type });
    outgoing.end(body);
  };
  return {
    isClosed: () => outgoing.destroyed,
    json: (status, body) => whole(status, 'application/json', JSON.stringify(body)),
    text: (status, body) => whole(status, 'text/plain', body),
    events: () => {
      outgoing.writeHead(200, {
        'content-type': 'text/event-stream',
        'cache-control': 'no-cache',
      });
      return {
        send: ({ name, data }) => {
          const head = name === undefined ? '' : `event: ${name}\n`;
          const body = typeof data === 'string' ? data : JSON.stringify(data);
          outgoing.write(`${head}data: ${body}\n\n`);
        },
        end: () => outgoing.end(),
      };
    },
  };
}

async function stopServer(server: Server): Promise<void> {
  if (!server.listening) return;
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
