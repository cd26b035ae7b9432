import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Readable, Writable } from 'node:stream';
import { methods, type AnyMessage, type Stream } from '@agentclientprotocol/sdk';
import { ExecutionFailure } from '../../core/sessions/failure.ts';

/** Longer lines are no messages. */
const maxLineBytes = 64 * 1024 * 1024;

/** Where messages go to and come from, and who is told of lines that are none. */
export interface MessagePipes {
  readonly input: Writable;
  readonly output: Readable;
  readonly onGarbage: (line: string) => void;
  /** Is given the parameters of each `session/update` at its place among the messages. */
  readonly onUpdate: (params: unknown) => void;
}

/**
 * The messages of an agent, one JSON object a line. Other lines are told and left out, since many programs
 * print something there by mistake; so are answers to questions that nobody asked. The agent is read no
 * faster than its messages are taken.
 *
 * Updates go past the SDK: it drops those in which it does not know something.
 */
export function messageStream({ input, output, ...listeners }: MessagePipes): Stream {
  const asked = new Set<unknown>();
  const messages = readMessages(output, { asked, ...listeners });
  const readable = new ReadableStream<AnyMessage>(
    {
      pull: async (controller) => {
        const { value, done } = await messages.next();
        if (done === true) controller.close();
        else controller.enqueue(value);
      },
      cancel: () => void output.resume(),
    },
    { highWaterMark: 0 },
  );
  const writable = new WritableStream<AnyMessage>({
    write: (message) => {
      if ('method' in message && 'id' in message) asked.add(message.id);
      return writeLine(input, JSON.stringify(message));
    },
  });
  return { readable, writable };
}

async function* readMessages(
  output: Readable,
  {
    asked,
    onGarbage,
    onUpdate,
  }: { readonly asked: Set<unknown> } & Pick<MessagePipes, 'onGarbage' | 'onUpdate'>,
): AsyncGenerator<AnyMessage, void, undefined> {
  for await (const lines of linesOf(output)) {
    for (const line of lines) {
      if (line.trim() === '') continue;
      const message = parseMessage(line);
      if (message === undefined) onGarbage(line);
      else if (isUpdate(message)) onUpdate(message.params);
      else if ('method' in message || asked.delete(message.id)) yield message;
    }
    // However much there is to read, others get their turn.
    await nextTurn();
  }
}

/** The whole lines of each piece that comes. @throws ExecutionFailure for a line without end */
async function* linesOf(output: Readable): AsyncGenerator<readonly string[], void, undefined> {
  let pieces: Buffer[] = [];
  let length = 0;
  for await (const chunk of output as AsyncIterable<Buffer>) {
    const end = chunk.lastIndexOf(0x0a);
    if (end < 0) {
      pieces.push(chunk);
      length += chunk.length;
      if (length > maxLineBytes) throw tooLong();
      continue;
    }
    const whole = Buffer.concat([...pieces, chunk.subarray(0, end)]);
    const rest = Buffer.from(chunk.subarray(end + 1));
    pieces = rest.length === 0 ? [] : [rest];
    length = rest.length;
    yield whole.toString('utf8').split('\n');
  }
  if (length > 0) yield [Buffer.concat(pieces).toString('utf8')];
}

function tooLong(): ExecutionFailure {
  const text = `The agent sent a message of more than ${maxLineBytes / 1024 / 1024} MiB.`;
  return new ExecutionFailure('protocol-error', text);
}

function isUpdate(message: AnyMessage): message is AnyMessage & { readonly params?: unknown } {
  return (
    'method' in message && message.method === methods.client.session.update && !('id' in message)
  );
}

function parseMessage(line: string): (AnyMessage & { readonly id?: unknown }) | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const { jsonrpc, method, id } = value as Record<string, unknown>;
  const isMessage = jsonrpc === '2.0' && (typeof method === 'string' || id !== undefined);
  return isMessage ? (value as AnyMessage) : undefined;
}

function writeLine(input: Writable, line: string): Promise<void> {
  return new Promise((resolve, reject) => {
    input.write(`${line}\n`, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}
