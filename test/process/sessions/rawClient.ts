import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A client that says what a test wants, whether that makes sense or not. */
export class RawClient {
  received = '';
  isClosed = false;

  private constructor(readonly socket: Socket) {
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => (this.received += chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => (this.isClosed = true));
  }

  static async connect(endpoint: string): Promise<RawClient> {
    const socket = connect(endpoint);
    await once(socket, 'connect');
    return new RawClient(socket);
  }

  request(id: number, method: string, params: unknown): void {
    const body = JSON.stringify({ jsonrpc: '2.0', id, method, params });
    this.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  hello(token: string): void {
    const client = { name: 'Raw', kind: 'cli', pid: process.pid };
    this.request(1, 'hello', { token, client });
  }

  write(text: string): void {
    if (!this.socket.destroyed) this.socket.write(text);
  }

  /** Waits until there is room for more, or nobody who takes it. */
  async writeAll(bytes: Buffer): Promise<void> {
    if (this.socket.destroyed || this.socket.write(bytes)) return;
    await Promise.race([once(this.socket, 'drain'), once(this.socket, 'close')]).catch(
      () => undefined,
    );
  }

  dispose(): void {
    this.socket.destroy();
  }
}
