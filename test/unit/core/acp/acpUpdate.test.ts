import { deepEqual, equal, ok } from 'node:assert/strict';
import fc from 'fast-check';

import { maxTextLength, toAgentUpdate } from '../../../../src/core/acp/acpUpdate.ts';
import { ToolCallBook } from '../../../../src/core/acp/toolCallBook.ts';
import { parseProgressEvent } from '../../../../src/core/sessions/progressEventCodec.ts';

describe('what an agent tells over ACP', () => {
  const call = { sessionUpdate: 'tool_call', toolCallId: 'c', title: 'Edit' };

  it('is a tool call with what the agent left out filled in', () => {
    deepEqual(toAgentUpdate(call), {
      kind: 'tool-call',
      call: {
        callId: 'c',
        title: 'Edit',
        toolKind: 'other',
        status: 'pending',
        content: [],
        locations: [],
      },
    });
  });

  it('is in the words of this product', () => {
    const update = toAgentUpdate({
      sessionUpdate: 'tool_call_update',
      toolCallId: 'c',
      kind: 'switch_mode',
      status: 'in_progress',
      content: [
        { type: 'content', content: { type: 'text', text: 'x' } },
        { type: 'diff', path: '/a', oldText: null, newText: 'new' },
        { type: 'terminal', terminalId: 't' },
        { type: 'hologram', depth: 3 },
      ],
      locations: [
        { path: '/a', line: 4 },
        { path: '/b', line: null },
      ],
    });
    deepEqual(update, {
      kind: 'tool-call-update',
      call: {
        callId: 'c',
        toolKind: 'switch-mode',
        status: 'in-progress',
        content: [
          { kind: 'text', text: 'x' },
          { kind: 'diff', path: '/a', newText: 'new' },
          { kind: 'terminal', terminalId: 't' },
          { kind: 'other', name: 'hologram', value: { type: 'hologram', depth: 3 } },
        ],
        locations: [{ path: '/a', line: 4 }, { path: '/b' }],
      },
    });
  });

  it('is a call of another kind when only a newer version knows it', () => {
    const update = toAgentUpdate({ ...call, kind: 'levitate', status: 'half_done' });
    ok(update?.kind === 'tool-call');
    deepEqual([update.call.toolKind, update.call.status], ['other', 'pending']);
  });

  it('is left out when it is unknown or names no call', () => {
    const values = [{ sessionUpdate: 'telepathy' }, { sessionUpdate: 'tool_call' }, null, 3, []];
    deepEqual(
      values.map((value) => toAgentUpdate(value)),
      values.map(() => undefined),
    );
  });

  it('never has half a diff', () => {
    const newText = 'x'.repeat(2 * maxTextLength + 1);
    const update = toAgentUpdate({ ...call, content: [{ type: 'diff', path: '/a', newText }] });
    ok(update?.kind === 'tool-call');
    deepEqual(update.call.content, [
      { kind: 'other', name: 'long-diff', value: { path: '/a', length: newText.length } },
    ]);
  });

  it('is without an input that is too large to be kept', () => {
    const update = toAgentUpdate({
      ...call,
      rawInput: { text: 'x'.repeat(100_000) },
      rawOutput: 7,
    });
    ok(update?.kind === 'tool-call');
    deepEqual([update.call.rawInput, update.call.rawOutput], [undefined, 7]);
  });

  it('can be recorded and read again whatever the agent sends', () => {
    const kinds = fc.constantFrom(
      ...['user_message_chunk', 'agent_message_chunk', 'agent_thought_chunk', 'tool_call'],
      ...['tool_call_update', 'plan', 'usage_update', 'current_mode_update', 'notice'],
    );
    const names = ['toolCallId', 'title', 'kind', 'status', 'content', 'locations', 'rawInput'];
    const more = ['entries', 'used', 'size', 'cost', 'currentModeId', 'type', 'text', 'path'];
    const nested = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.jsonValue({ maxDepth: 1 }),
        fc.constantFrom('text', 'diff', 'terminal', 'content', 'edit', 'completed', '/a', ''),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...names, ...more, 'newText', 'oldText'), tie('value')),
      ),
    })).value;
    const fields = fc.dictionary(fc.constantFrom(...names, ...more), nested);
    fc.assert(
      fc.property(kinds, fields, (sessionUpdate, given) => {
        const update = toAgentUpdate({ ...given, sessionUpdate });
        if (update === undefined) return;
        const event = { kind: 'update', update, sequence: 1, atMs: 0 };
        const read = parseProgressEvent(JSON.parse(JSON.stringify(event)));
        deepEqual(read, JSON.parse(JSON.stringify(event)));
      }),
    );
  });

  it('adds up to a call as it is now', () => {
    const book = new ToolCallBook();
    const first = toAgentUpdate({ ...call, kind: 'edit', locations: [{ path: '/a' }] });
    const second = toAgentUpdate({
      sessionUpdate: 'tool_call_update',
      toolCallId: 'c',
      status: 'completed',
    });
    ok(first && second);
    book.note(first);
    const now = book.note(second);
    deepEqual(
      [now?.toolKind, now?.status, now?.locations],
      ['edit', 'completed', [{ path: '/a' }]],
    );
    equal(book.note({ kind: 'mode', modeId: 'x' }), undefined);
  });
});
