import { deepEqual, rejects } from 'node:assert/strict';
import { PassThrough } from 'node:stream';

import type { AnyMessage } from '@agentclientprotocol/sdk';
import { messageStream } from '../../../../src/node/acp/messageStream.ts';

describe('the messages of an agent', () => {
  const open = () => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    const [garbage, updates]: [string[], unknown[]] = [[], []];
    const stream = messageStream({
      input,
      output,
      onGarbage: (line) => garbage.push(line),
      onUpdate: (params) => updates.push(params),
    });
    return { input, output, garbage, updates, ...stream };
  };
  const readAll = async (readable: ReadableStream<AnyMessage>): Promise<unknown[]> => {
    const all: unknown[] = [];
    for await (const message of readable as unknown as AsyncIterable<AnyMessage>) all.push(message);
    return all;
  };
  const request = { jsonrpc: '2.0', id: 1, method: 'fs/read_text_file', params: { path: '/é' } };

  it('are whole however they are cut on their way', async () => {
    const { output, readable, garbage } = open();
    const bytes = Buffer.from(`${JSON.stringify(request)}\r\n\n${JSON.stringify(request)}`);
    for (const byte of bytes) output.write(Buffer.from([byte]));
    output.end();
    deepEqual(await readAll(readable), [request, request]);
    deepEqual(garbage, []);
  });

  it('are told from what is none', async () => {
    const { output, readable, garbage } = open();
    const lines = ['hello', '[]', 'null', '{"jsonrpc":"2.0"}', '{"id":1,"method":"x"}'];
    output.end([...lines, JSON.stringify(request)].join('\n'));
    deepEqual(await readAll(readable), [request]);
    deepEqual(garbage, lines);
  });

  it('are answers only to what was asked', async () => {
    const { output, readable, writable, input } = open();
    const writer = writable.getWriter();
    input.resume();
    await writer.write({ jsonrpc: '2.0', id: 7, method: 'initialize', params: {} });
    const answer = (id: number) => ({ jsonrpc: '2.0', id, result: {} });
    output.end([answer(8), answer(7), answer(7)].map((each) => JSON.stringify(each)).join('\n'));
    deepEqual(await readAll(readable), [answer(7)]);
  });

  it('are updates that are told at their place, with what nobody knows', async () => {
    const { output, readable, updates } = open();
    const params = { sessionId: 's', update: { sessionUpdate: 'telepathy' } };
    const update = { jsonrpc: '2.0', method: 'session/update', params };
    output.end(`${JSON.stringify(update)}\n${JSON.stringify(request)}\n`);
    deepEqual(await readAll(readable), [request]);
    deepEqual(updates, [params]);
  });

  it('are never longer than what can be kept', async () => {
    const { output, readable } = open();
    const piece = Buffer.alloc(1024 * 1024, 120);
    void (async () => {
      for (let i = 0; i < 66; i += 1) {
        if (!output.write(piece)) await new Promise((resolve) => output.once('drain', resolve));
      }
    })();
    await rejects(readAll(readable), /more than 64 MiB/);
  });
});
