import assert from 'node:assert/strict';
import fc from 'fast-check';

import type { HookDecision } from '../../../src/core/harness/hookDecision.ts';
import type { HookPayload } from '../../../src/harnesses/harness.ts';
import { allHarnesses } from '../../../src/harnesses/harnesses.ts';
import { recogniseDialect } from '../../../src/harnesses/recogniseDialect.ts';
import { nowhere } from '../../support/harnessEvents.ts';
import { allPayloads } from '../../support/payloads/readPayloads.ts';

const kept = allPayloads();
const decisions: readonly HookDecision[] = [
  { kind: 'nothing' },
  { kind: 'refuse', reason: 'held\u2028by\n"B"' },
  { kind: 'tell', text: '' },
  { kind: 'replace-input', input: { a: 1 } },
];

/** Every dialect reads it, and answers every decision, without a throw and in the form agreed. */
function survives(payload: HookPayload): void {
  recogniseDialect(payload);
  for (const { id, dialect } of allHarnesses) {
    const event = dialect.parse(payload, nowhere);
    if (event === undefined) continue;
    assert.equal(event.harness, id);
    assert.ok(event.eventName !== '');
    assert.ok(/^(?:\/|[A-Za-z]:[\\/]|\\\\)/.test(event.cwd), event.cwd);
    const { action } = event;
    if (action.kind === 'waiting') assert.ok((action.text ?? '').length <= 500);
    if (action.kind === 'tool-starting' && action.call.action.kind === 'shell') {
      assert.ok(action.call.action.command.length <= 500);
    }
    for (const decision of decisions) {
      const { stdout, stderr, exitCode } = dialect.answer(event, decision);
      assert.equal(exitCode, 0);
      assert.equal(stderr, '');
      if (decision.kind === 'nothing') assert.equal(stdout, '');
      if (stdout !== '') assert.match(stdout, /^\{.*\}\n$/);
      if (stdout !== '') assert.equal(typeof JSON.parse(stdout), 'object');
    }
  }
}

const fieldNames = [...new Set(kept.flatMap(({ payload }) => Object.keys(payload)))];
const fieldValues = kept.flatMap(({ payload }) => Object.values(payload));
const nasty = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>('', 'x'.repeat(100_000), '\u0000', '\ud800', -1, NaN, 1e308, null),
  fc.constantFrom<unknown>('__proto__', 'constructor', '*** Begin Patch', 'file://%', '{"a":'),
  fc.constantFrom<unknown>(...fieldValues),
);

describe('hostile payloads', () => {
  it('are survived when they are any JSON at all', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (payload) => {
        survives(payload);
      }),
      { numRuns: 300 },
    );
  });

  it('are survived when known fields hold anything', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...fieldNames), nasty), (payload) => {
        survives(payload);
      }),
      { numRuns: 2000 },
    );
  });

  it('are survived when one field of a real payload is something else', () => {
    const change = fc.tuple(fc.constantFrom(...kept), fc.constantFrom(...fieldNames), nasty);
    fc.assert(
      fc.property(change, ([{ payload }, name, value]) => {
        survives({ ...payload, [name]: value });
      }),
      { numRuns: 3000 },
    );
  });

  it('are survived when the arguments of a tool hold anything', () => {
    const withInput = kept.filter(
      ({ payload }) => 'tool_input' in payload || 'toolArgs' in payload,
    );
    const inputs = fc.oneof(nasty, fc.dictionary(fc.string(), nasty));
    fc.assert(
      fc.property(fc.constantFrom(...withInput), inputs, ({ payload }, input) => {
        survives({ ...payload, tool_input: input, toolArgs: input });
      }),
      { numRuns: 1000 },
    );
  });

  it('pollute no prototype', () => {
    const text =
      '{"__proto__":{"polluted":1},"hook_event_name":"PreToolUse","session_id":"s",' +
      '"tool_name":"Write","tool_input":{"__proto__":{"polluted":1,"file_path":"/evil"}},' +
      '"constructor":{"prototype":{"polluted":1}}}';
    const payload = JSON.parse(text) as HookPayload;
    survives(payload);
    assert.equal(({} as Record<string, unknown>).polluted, undefined);
    const event = recogniseDialect(payload)?.dialect.parse(payload, nowhere);
    assert.ok(event?.action.kind === 'tool-starting');
    assert.deepEqual(event.action.call.action, { kind: 'edit', paths: [] });
  });

  it('have no effect as a session key that is too long or cannot be seen', () => {
    const base = { hook_event_name: 'Stop', transcript_path: '/h/.claude/projects/p/s.jsonl' };
    const claude = allHarnesses[0];
    for (const session_id of ['x'.repeat(257), 'a\nb', 'a\u0000b', 7]) {
      assert.equal(claude?.dialect.parse({ ...base, session_id }, nowhere)?.sessionKey, undefined);
    }
  });

  it('are read however large they are', () => {
    const line = '*** Update File: some/folder/file\n@@\n-a\n+b\n';
    const payload = {
      session_id: 's',
      turn_id: 't',
      hook_event_name: 'PreToolUse',
      tool_name: 'apply_patch',
      tool_input: { command: line.repeat(100_000) },
    };
    const event = recogniseDialect(payload)?.dialect.parse(payload, nowhere);
    assert.ok(event?.action.kind === 'tool-starting');
    assert.deepEqual(event.action.call.action, { kind: 'edit', paths: ['some/folder/file'] });
  });
});
