import type { Socket } from 'node:net';
import { StreamMessageReader, type DataCallback, type Disposable } from 'vscode-jsonrpc/node';

/** A file of 20 MiB, each byte escaped, and what is around it; longer messages end the connection. */
export const maxMessageBytes = 128 * 1024 * 1024;

/** Reads messages, and gives up on one that is too long instead of keeping all that comes of it. */
export class BoundedMessageReader extends StreamMessageReader {
  /** Since the last message that was whole. */
  private openBytes = 0;

  constructor(socket: Socket, maxBytes = maxMessageBytes) {
    super(socket);
    // Nobody is told of messages in part; the timer for that outlives the socket and keeps processes alive.
    this.partialMessageTimeout = 0;
    const count = (chunk: Buffer): void => {
      this.openBytes += chunk.length;
      if (this.openBytes <= maxBytes) return;
      socket.off('data', count);
      this.fireError(new Error(`a message has more than ${maxBytes} bytes`));
    };
    socket.on('data', count);
  }

  override listen(callback: DataCallback): Disposable {
    return super.listen((message) => {
      this.openBytes = 0;
      callback(message);
    });
  }
}
