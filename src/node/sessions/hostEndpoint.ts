import { chmod, stat, unlink } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { Emitter } from '../../base/event.ts';
import { errorCode } from '../../base/errorText.ts';
import { isSocketName, newEndpointPath, type EndpointPlace } from './endpointFolder.ts';
import { HostedClient, type HostedSessionPorts } from './hostedClient.ts';

/** More are turned away. */
const maxClients = 64;

/** Where a host listens. It lets nobody in before it is given a session to serve. */
export class HostEndpoint {
  private readonly clients = new Set<HostedClient>();
  private readonly changed = new Emitter<undefined>();
  private ports: HostedSessionPorts | undefined;
  /** Fired when a client has come or gone. */
  readonly onDidChangeClients = this.changed.event;

  constructor(
    /** The path of a socket, or the name of a pipe. */
    readonly path: string,
    private readonly server: Server,
  ) {
    server.on('connection', (socket) => this.accept(socket));
    // One connection less; those that are there go on.
    server.on('error', () => undefined);
  }

  get clientCount(): number {
    return this.clients.size;
  }

  serve(ports: HostedSessionPorts): void {
    this.ports = ports;
  }

  /** Ends all connections and takes the socket away. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const client of [...this.clients]) client.dispose();
    await closed;
    if (process.platform !== 'win32') await unlink(this.path).catch(() => undefined);
  }

  private accept(socket: Socket): void {
    if (this.ports === undefined || this.clients.size >= maxClients) {
      socket.on('error', () => undefined);
      socket.destroy();
      return;
    }
    const client = new HostedClient(socket, this.ports, () => {
      this.clients.delete(client);
      this.changed.fire(undefined);
    });
    this.clients.add(client);
    this.changed.fire(undefined);
  }
}

/** Begins to listen at an address of its own. @throws system errors, Error when there is no place for it */
export async function openHostEndpoint(place: EndpointPlace): Promise<HostEndpoint> {
  const path = newEndpointPath(place);
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  server.removeAllListeners('error');
  const endpoint = new HostEndpoint(path, server);
  if (place.platform !== 'win32') await chmod(path, 0o600);
  return endpoint;
}

/** A host that starts has its socket for a moment before it listens there. */
const settledMs = 60_000;

/** Removes the sockets that hosts who are gone left beside this one. Never rejects. */
export async function removeDeadSockets({ path }: HostEndpoint): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = dirname(path);
  for (const name of namesIn(folder).filter(isSocketName)) {
    const other = join(folder, name);
    const madeMs = (await stat(other).catch(() => undefined))?.mtimeMs ?? Date.now();
    if (other === path || Date.now() - madeMs < settledMs) continue;
    if (await isDead(other)) await unlink(other).catch(() => undefined);
  }
}

function isDead(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', (error) => resolve(errorCode(error) === 'ECONNREFUSED'));
  });
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
