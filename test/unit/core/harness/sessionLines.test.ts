import assert from 'node:assert/strict';
import { compactLines } from '../../../../src/core/harness/sessionCompaction.ts';
import {
  decodeSessionLine,
  encodeSessionLine,
  maxSessionLineLength,
  type SessionHeader,
  type SessionLine,
} from '../../../../src/core/harness/sessionLine.ts';
import { SessionFold } from '../../../../src/core/harness/sessionState.ts';

const header: SessionHeader = {
  kind: 'session',
  atMs: 1,
  harness: 'codex',
  sessionKey: 's',
  entryId: 'agent-s',
  cwd: '/repo',
  process: {
    pid: 7,
    bootId: 'b',
    processStart: 'p',
    pidNamespace: undefined,
    startedAt: '2026-06-01T12:00:00Z',
  },
  transcriptPath: '/t.jsonl',
  model: 'm',
};

/** One of every kind, in an order that an agent could bring about. */
const everything: readonly SessionLine[] = [
  header,
  { kind: 'child', atMs: 2, child: 'k', entryId: 'agent-k', childType: 'Explore' },
  { kind: 'prompt', atMs: 3 },
  { kind: 'tool', atMs: 4, callId: 't1', name: 'Bash', does: 'shell', paths: [] },
  { kind: 'done', atMs: 5, callId: 't1', hook: 'h1' },
  { kind: 'tool', atMs: 6, callId: 't2', name: 'Edit', does: 'edit', paths: ['x.ts'] },
  { kind: 'refused', atMs: 7, callId: 't2', name: 'Edit', paths: ['x.ts'], reason: 'held' },
  { kind: 'tool', atMs: 8, name: 'Read', does: 'read', paths: ['y.ts'] },
  { kind: 'done', atMs: 9 },
  { kind: 'seen', atMs: 10, path: 'y.ts', signature: '1' },
  { kind: 'seen', atMs: 11, child: 'k', path: 'z.ts', signature: '2', isEdit: true },
  { kind: 'stale', atMs: 12, path: 'y.ts', signature: '3', callId: 't3' },
  { kind: 'tool', atMs: 13, callId: 't4', name: 'Bash', does: 'shell', paths: [] },
  { kind: 'usage', atMs: 14, usage: { inputTokens: 5, costUsd: 0.1 } },
  { kind: 'fault', atMs: 15, text: 'no lock', callId: 't5', hook: 'h2' },
  { kind: 'waiting', atMs: 16, reason: 'permission', text: 'Bash: make' },
  { kind: 'state', atMs: 17, child: 'k', phase: 'working', sinceMs: 2, edits: 3 },
];

function folded(lines: readonly SessionLine[]): SessionFold {
  const fold = new SessionFold();
  fold.addText(lines.map(encodeSessionLine).join(''));
  return fold;
}

describe('lines of a record', () => {
  it('are read as they were written, of every kind', () => {
    const more: readonly SessionLine[] = [
      ...everything,
      { kind: 'turn-end', atMs: 18 },
      { kind: 'child-end', atMs: 19, child: 'k' },
      { kind: 'end', atMs: 20 },
    ];
    for (const line of more) {
      const text = encodeSessionLine(line);
      assert.ok(text.endsWith('\n') && text.indexOf('\n') === text.length - 1);
      const { v, ...read } = decodeSessionLine(text) as SessionLine & { v: number };
      assert.equal(v, 1);
      assert.deepEqual(read, JSON.parse(JSON.stringify(line)));
    }
    assert.equal(new Set(more.map(({ kind }) => kind)).size, 15);
  });

  it('stay readable however much stands in them', () => {
    for (const each of ['x', '\n', '\u0000', '"', '💥', '\ud800']) {
      const text = each.repeat(100_000);
      const long: readonly SessionLine[] = [
        { ...header, transcriptPath: text, model: undefined },
        {
          kind: 'tool',
          atMs: 1,
          name: text,
          does: 'edit',
          paths: Array(99).fill(text) as string[],
        },
        {
          kind: 'refused',
          atMs: 1,
          name: text,
          paths: Array(99).fill(text) as string[],
          reason: text,
        },
        { kind: 'waiting', atMs: 1, reason: 'question', text },
        { kind: 'fault', atMs: 1, text },
      ];
      for (const line of long) {
        const encoded = encodeSessionLine(line);
        assert.ok(encoded.length <= maxSessionLineLength + 1);
        const decoded = decodeSessionLine(encoded);
        assert.equal(typeof decoded === 'object' && decoded.kind, line.kind);
      }
    }
  });

  it('that cannot be shortened to what is read are left out instead', () => {
    const text = 'x'.repeat(10_000);
    assert.equal(encodeSessionLine({ kind: 'seen', atMs: 1, path: text, signature: '1' }), '\n');
  });

  it('of a newer version are told apart from what is none', () => {
    assert.equal(decodeSessionLine('{"v":2,"kind":"telepathy","atMs":1}'), 'newer');
    assert.equal(decodeSessionLine('{"v":2,"kind":"tool","atMs":1,"does":"dream"}'), 'newer');
    assert.equal(decodeSessionLine('{"v":1,"kind":"telepathy","atMs":1}'), undefined);
  });

  const none = [
    '',
    'null',
    '7',
    '[]',
    '{"kind":"prompt"}',
    '{"kind":"prompt","atMs":"1"}',
    '{"kind":"prompt","atMs":1e999}',
    '{"kind":"prompt","atMs":1,"child":7}',
    '{"kind":"prompt","atMs":1,"child":""}',
    '{"kind":"constructor","atMs":1}',
    '{"kind":"__proto__","atMs":1}',
    '{"kind":"tool","atMs":1,"name":"x","does":"fly","paths":[]}',
    '{"kind":"tool","atMs":1,"name":"x","does":"read","paths":[7]}',
    '{"kind":"usage","atMs":1,"usage":{"inputTokens":-1}}',
    '{"kind":"usage","atMs":1,"usage":{"inputTokens":"5"}}',
    '{"kind":"waiting","atMs":1,"reason":"love"}',
    '{"kind":"state","atMs":1,"phase":"flying","sinceMs":1,"edits":0}',
    '{"kind":"session","atMs":1,"harness":"codex","sessionKey":"s","entryId":"e","cwd":7}',
    '{"kind":"session","atMs":1,"harness":"codex","sessionKey":"s","entryId":"e","cwd":"/","process":{"pid":"7"}}',
  ];
  for (const text of none) {
    it(`are none: ${text}`, () => assert.equal(decodeSessionLine(text), undefined));
  }
});

describe('fewer lines that say the same', () => {
  it('are put together to what all the lines said', () => {
    const before = folded(everything);
    const after = folded(compactLines(before) ?? []);
    assert.deepEqual(after.state, before.state);
    assert.deepEqual(after.unguardedCalls, before.unguardedCalls);
    // And so on, any number of times.
    assert.deepEqual(compactLines(after), compactLines(folded(compactLines(after) ?? [])));
  });

  it('say of an ended session that it has ended', () => {
    const before = folded([...everything, { kind: 'end', atMs: 20 }]);
    const after = folded(compactLines(before) ?? []);
    assert.equal(after.state?.isEnded, true);
    assert.deepEqual(
      [...after.state.agents.values()].map(({ phase }) => phase),
      ['ended', 'ended'],
    );
  });

  it('forget children that ended long ago, and none that is at work', () => {
    const children = Array.from({ length: 100 }, (_, i): SessionLine => {
      return { kind: 'child', atMs: i, child: `k${i}`, entryId: `agent-k${i}` };
    });
    const ends = children.slice(0, 80).map(({ atMs }): SessionLine => {
      return { kind: 'child-end', atMs: 200 + atMs, child: `k${atMs}` };
    });
    const after = folded(compactLines(folded([header, ...children, ...ends])) ?? []).state;
    const phases = [...(after?.agents.values() ?? [])].map(({ phase }) => phase);
    assert.equal(phases.filter((phase) => phase === 'working').length, 20);
    assert.equal(phases.filter((phase) => phase === 'ended').length, 30);
    assert.ok(after?.agents.has('k79') === true && !after.agents.has('k0'));
  });

  it('are not made of a record of nobody, nor of one with lines of a newer version', () => {
    assert.equal(compactLines(folded([{ kind: 'prompt', atMs: 1 }])), undefined);
    const fold = folded(everything);
    fold.addText('{"v":2,"kind":"telepathy","atMs":1}\n');
    assert.equal(compactLines(fold), undefined);
  });

  it('are few, however many files were seen and calls made', () => {
    const lines = Array.from({ length: 5000 }, (_, i): readonly SessionLine[] => [
      { kind: 'tool', atMs: i, callId: `t${i}`, name: 'Bash', does: 'shell', paths: [] },
      { kind: 'done', atMs: i, callId: `t${i}`, hook: 'h' },
      { kind: 'seen', atMs: i, path: `f${i}.ts`, signature: `${i}` },
      { kind: 'stale', atMs: i, path: `f${i}.ts`, signature: `${i}` },
      { kind: 'fault', atMs: i, text: `fault ${i}`, callId: `u${i}`, hook: 'h' },
    ]).flat();
    const compact = compactLines(folded([header, ...lines])) ?? [];
    assert.ok(compact.length < 1000, `${compact.length} lines`);
  });
});
