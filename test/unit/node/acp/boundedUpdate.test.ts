import { deepEqual, equal, match, ok } from 'node:assert/strict';

import { toAgentUpdate } from '../../../../src/core/acp/acpUpdate.ts';
import { editedPaths } from '../../../../src/core/acp/editedPaths.ts';
import { ToolCallBook } from '../../../../src/core/acp/toolCallBook.ts';
import { encodeEventLine } from '../../../../src/core/sessions/progressEventCodec.ts';
import type { AgentUpdate, ToolContent } from '../../../../src/core/sessions/agentUpdate.ts';
import {
  boundedUpdate,
  maxPartLength,
  maxUpdateLength,
  withShortTexts,
} from '../../../../src/node/acp/boundedUpdate.ts';
import { maxLineBytes } from '../../../../src/node/sessions/sessionLogLimits.ts';

const text = (length: number) => ({ type: 'text', text: 'x'.repeat(length) });

function kept(told: unknown): AgentUpdate {
  const update = toAgentUpdate(withShortTexts(told));
  if (update === undefined) throw new Error('it is not understood');
  return boundedUpdate(update);
}

function contentOf(told: unknown): readonly ToolContent[] {
  const update = kept(told);
  if (update.kind !== 'tool-call') throw new Error(`it is a ${update.kind}`);
  return update.call.content;
}

describe('what is kept of an update', () => {
  it('is all of it when it is of a sensible length', () => {
    const said = { sessionUpdate: 'agent_message_chunk', content: text(maxPartLength) };
    deepEqual(kept(said), toAgentUpdate(said));
    const call = {
      ...{ sessionUpdate: 'tool_call', toolCallId: 'c', kind: 'edit', locations: [{ path: '/a' }] },
      content: [
        { type: 'content', content: text(10) },
        { type: 'diff', path: '/a', oldText: null, newText: 'b' },
        { type: 'terminal', terminalId: 't' },
        { type: 'content', content: { type: 'image', data: 'AAAA' } },
      ],
    };
    deepEqual(kept(call), toAgentUpdate(call));
  });

  it('says how much of a text was left out', () => {
    const told = { sessionUpdate: 'agent_thought_chunk', content: text(50_000_000) };
    const update = kept(told);
    const said = update.kind === 'thought-chunk' && update.content.kind === 'text';
    const words = said ? update.content.text : '';
    ok(words.length < maxPartLength + 100);
    match(words, /x\n\[… 49800000 more characters were left out\]$/);
    const [part] = contentOf({
      ...{ sessionUpdate: 'tool_call', toolCallId: 'c' },
      content: [{ type: 'content', content: text(maxPartLength + 7) }],
    });
    match(part?.kind === 'text' ? part.text.slice(-60) : '', /… 7 more characters/);
  });

  it('is no more than a limit in all, with which files are changed', () => {
    const diff = (i: number) => ({
      ...{ type: 'diff', path: `/${i}`, oldText: null, newText: 'x'.repeat(150_000) },
    });
    const told = {
      ...{ sessionUpdate: 'tool_call', toolCallId: 'c', kind: 'edit' },
      content: [
        ...Array.from({ length: 50 }, (_, i) => diff(i)),
        ...Array.from({ length: 50 }, () => ({ type: 'content', content: text(150_000) })),
      ],
    };
    const update = kept(told);
    ok(update.kind === 'tool-call');
    const { content } = update.call;
    equal(content.filter(({ kind }) => kind === 'diff').length, 6);
    const last = content.at(-1);
    match(last?.kind === 'text' ? last.text : '', /^\[… 7500000 more characters were left out\]$/);
    equal(editedPaths(new ToolCallBook().apply(update.call)).length, 50);
  });

  it('always fits into a line of the log', () => {
    const worst = String.fromCharCode(1);
    const path = worst.repeat(30_000);
    const update = kept({
      ...{ sessionUpdate: 'tool_call', toolCallId: 'c', title: worst.repeat(1_000_000) },
      ...{ rawInput: worst.repeat(60_000), rawOutput: worst.repeat(60_000) },
      locations: Array.from({ length: 1000 }, () => ({ path })),
      content: Array.from({ length: 1000 }, () => ({
        ...{ type: 'content', content: { type: 'text', text: worst.repeat(200_000) } },
      })),
    });
    const line = encodeEventLine({ kind: 'update', update, sequence: 1, atMs: 1 });
    ok(Buffer.byteLength(line) < maxLineBytes, `${Buffer.byteLength(line)} bytes`);
    ok(line.length > maxUpdateLength);
  });

  it('is nothing of what is no update', () => {
    for (const told of [undefined, null, 7, 'x', [], {}, { content: null }]) {
      equal(toAgentUpdate(withShortTexts(told)), undefined);
    }
  });
});
