import { createConnection } from 'node:net';
import { BoundedMessageReader } from '../../../src/node/sessions/boundedMessageReader.ts';

// Reads messages from a socket that it closes as soon as the first of them has begun.
const socket = createConnection(process.argv[2] ?? '');
new BoundedMessageReader(socket).listen(() => undefined);
socket.once('data', () => socket.destroy());
