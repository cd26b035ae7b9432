import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Flood } from './flood.ts';

// An agent of the Agent Client Protocol without a library, so that its own start is short: its prompt
// says how much it tells.
const conversation = 'flooding-1';

async function tell(update: unknown): Promise<void> {
  const params = { sessionId: conversation, update };
  await send({ jsonrpc: '2.0', method: 'session/update', params });
}

/** Waits when nobody reads, as every agent should. */
async function send(message: unknown): Promise<void> {
  if (!process.stdout.write(`${JSON.stringify(message)}\n`)) await once(process.stdout, 'drain');
}

async function flood({ updates, bytes, gate }: Flood): Promise<void> {
  while (gate !== undefined && !existsSync(gate)) await delay(5);
  const filler = 'x'.repeat(bytes);
  for (let i = 0; i < updates; i += 1) await tell(updateAt(i, filler));
}

/** Of ten updates three are about a tool call, and one is thought. */
function updateAt(i: number, filler: string): unknown {
  const content = { type: 'text', text: `${i} ${filler}` };
  const toolCallId = `call-${Math.floor(i / 10)}`;
  switch (i % 10) {
    case 3:
      return { sessionUpdate: 'agent_thought_chunk', content };
    case 5:
      return { sessionUpdate: 'tool_call', toolCallId, title: `Look at ${i}`, kind: 'read' };
    case 6:
      return { sessionUpdate: 'tool_call_update', toolCallId, status: 'in_progress' };
    case 7: {
      const output = [{ type: 'content', content }];
      const status = 'completed';
      return { sessionUpdate: 'tool_call_update', toolCallId, status, content: output };
    }
    default:
      return { sessionUpdate: 'agent_message_chunk', content };
  }
}

async function answer(method: string, params: { readonly prompt?: unknown }): Promise<unknown> {
  switch (method) {
    case 'initialize':
      return { protocolVersion: 1, agentCapabilities: {} };
    case 'session/new':
      return { sessionId: conversation };
    default: {
      const [block] = params.prompt as readonly [{ readonly text: string }];
      await flood(JSON.parse(block.text) as Flood);
      return { stopReason: 'end_turn' };
    }
  }
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line) as {
    readonly id?: number;
    readonly method: string;
    readonly params: { readonly prompt?: unknown };
  };
  if (id === undefined) return;
  void answer(method, params).then((result) => send({ jsonrpc: '2.0', id, result }));
});
