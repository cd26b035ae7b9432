import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { buildChildProgram } from '../../support/childProgram.ts';
import { withTempFolder } from '../../support/tempFolder.ts';

describe('A connection that ends in the middle of a message', () => {
  it('keeps no process alive', () =>
    withTempFolder(async (folder) => {
      const program = await buildChildProgram(new URL('./readerInHalf.ts', import.meta.url));
      const place =
        process.platform === 'win32' ? `\\\\.\\pipe\\half-${process.pid}` : join(folder, 's');
      const server = createServer((socket) => socket.write('Content-Length: 100\r\n\r\n{"half'));
      await once(server.listen(place), 'listening');
      const reader = spawn(process.execPath, [program, place], { stdio: 'inherit' });
      try {
        assert.deepEqual(await once(reader, 'exit'), [0, null]);
      } finally {
        reader.kill('SIGKILL');
        server.close();
      }
    }));
});
