import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  decodeActivityLine,
  encodeActivityEvent,
  maxActivityLineBytes,
} from '../../../../src/core/activity/activityCodec.ts';
import {
  activityKinds,
  maxActivityPaths,
  type ActivityEvent,
} from '../../../../src/core/activity/activityEvent.ts';
import { buildActivity } from '../../../support/activityBuilder.ts';

/** The line of an event, which must be one line. */
function lineOf(event: ActivityEvent): string {
  const line = encodeActivityEvent(event);
  assert.match(line, /^[^\n]+\n$/);
  return line.slice(0, -1);
}

function afterwards(event: ActivityEvent): ActivityEvent {
  return decodeActivityLine(lineOf(event)) ?? assert.fail('the line holds no event');
}

const anyText = (maxLength: number): fc.Arbitrary<string> =>
  fc.oneof(
    fc.string({ unit: 'grapheme', maxLength }),
    // Control characters and halves of surrogate pairs.
    fc.string({
      unit: fc.integer({ min: 0, max: 0xffff }).map((c) => String.fromCharCode(c)),
      maxLength,
    }),
  );

function anyEvent(size: {
  readonly text: number;
  readonly list: number;
}): fc.Arbitrary<ActivityEvent> {
  const text = anyText(size.text);
  const whole = fc.nat({ max: Number.MAX_SAFE_INTEGER });
  const party = fc.record(
    { holderId: whole, sessionId: text, name: text },
    { requiredKeys: ['name'], noNullPrototype: true },
  );
  return fc.record(
    {
      atMs: fc.integer({ min: 0, max: 8.64e15 }),
      kind: fc.constantFrom(...activityKinds),
      actor: party,
      other: party,
      paths: fc.array(text, { maxLength: size.list }),
      thread: text,
      mode: fc.constantFrom('exclusive' as const, 'shared' as const),
      tokens: fc.array(whole, { maxLength: size.list }),
      reason: text,
      cause: text,
    },
    { requiredKeys: ['atMs', 'kind', 'actor', 'paths'], noNullPrototype: true },
  );
}

describe('activityCodec', () => {
  it('what fits comes back as it was', () => {
    fc.assert(
      fc.property(anyEvent({ text: 20, list: 5 }), (event) => {
        assert.deepEqual(afterwards(event), event);
      }),
    );
  });

  it('no event makes a line that is too long, and its main facts survive', () => {
    fc.assert(
      fc.property(anyEvent({ text: 6000, list: 80 }), (event) => {
        const line = encodeActivityEvent(event);
        assert.ok(Buffer.byteLength(line) <= maxActivityLineBytes);
        const { atMs, kind, paths, pathCount = paths.length } = afterwards(event);
        assert.deepEqual([atMs, kind, pathCount], [event.atMs, event.kind, event.paths.length]);
      }),
      { numRuns: 200 },
    );
  });

  it('what was shortened once stays as it is', () => {
    fc.assert(
      fc.property(anyEvent({ text: 3000, list: 60 }), (event) => {
        const once = afterwards(event);
        assert.deepEqual(afterwards(once), once);
      }),
      { numRuns: 100 },
    );
  });

  it('an event is written under the names of the file, and what is absent is left out', () => {
    const event = buildActivity({
      actor: { holderId: 3, sessionId: 'agent-a', name: 'codex' },
      other: { name: 'ana' },
      mode: 'shared',
      tokens: [17],
      reason: 'tidying up',
      cause: 'ttl',
      thread: 'main',
    });
    assert.deepEqual(JSON.parse(lineOf(event)), {
      at_ms: 1780315200000,
      at: '2026-06-01T12:00:00.000Z',
      kind: 'lock-granted',
      actor: { agent: 3, session_id: 'agent-a', name: 'codex' },
      other: { name: 'ana' },
      paths: ['src/app.ts'],
      thread: 'main',
      mode: 'shared',
      tokens: [17],
      reason: 'tidying up',
      cause: 'ttl',
    });
    const least = JSON.parse(lineOf(buildActivity())) as object;
    assert.deepEqual(Object.keys(least), ['at_ms', 'at', 'kind', 'actor', 'paths']);
  });

  it('of many paths the first are listed, and all are counted', () => {
    const paths = Array.from({ length: 120 }, (_, i) => `src/${i}.ts`);
    const kept = afterwards(buildActivity({ paths }));
    assert.deepEqual(kept.paths, paths.slice(0, maxActivityPaths));
    assert.equal(kept.pathCount, 120);

    const long = Array.from({ length: 20 }, (_, i) => `${'x'.repeat(500)}/${i}.ts`);
    const fewer = afterwards(buildActivity({ paths: long, reason: 'kept' }));
    assert.deepEqual(fewer.paths, long.slice(0, fewer.paths.length));
    assert.ok(fewer.paths.length >= 7, 'no more are left out than must be');
    assert.deepEqual([fewer.pathCount, fewer.reason], [20, 'kept']);
  });

  it('a text is cut where a character ends', () => {
    const { reason = '' } = afterwards(buildActivity({ reason: '😀'.repeat(400) }));
    assert.match(reason, /^(?:😀)+…$/u);
    assert.ok(reason.length <= 500 && reason.length >= 498);

    const { paths } = afterwards(buildActivity({ paths: ['😀'.repeat(3000)] }));
    assert.match(paths[0] ?? '', /^(?:😀)+…$/u);
    assert.ok(Buffer.byteLength(paths[0] ?? '') > 3500, 'no more is cut off than must be');
  });

  it('a kind of a newer version is kept under its own word', () => {
    const line = '{"at_ms":5,"kind":"lock-upgraded","actor":{"name":"a"},"paths":["p"],"new":1}';
    const event = decodeActivityLine(line);
    assert.deepEqual(event, {
      atMs: 5,
      kind: 'other',
      otherKind: 'lock-upgraded',
      actor: { name: 'a' },
      paths: ['p'],
    });
    assert.match(lineOf(event), /"kind":"lock-upgraded"/);
  });

  it('a line that is no event is none, whatever it is', () => {
    const hostile = [
      '',
      'null',
      '[]',
      '42',
      '"text"',
      '{}',
      '{"at_ms":1}',
      '{"kind":"lock-granted"}',
      '{"at_ms":"1","kind":"lock-granted"}',
      '{"at_ms":1.5,"kind":"lock-granted"}',
      '{"at_ms":1e400,"kind":"lock-granted"}',
      '{"at_ms":8640000000000001,"kind":"lock-granted"}',
      '{"at_ms":1,"kind":""}',
      '{"at_ms":1,"kind":["lock-granted"]}',
      '{"at_ms":1,"kind":"lock-granted"',
      `{"at_ms":1,"kind":"${'x'.repeat(5000)}"}`,
      '\u0000\u0001\u0002',
    ];
    for (const line of hostile) assert.equal(decodeActivityLine(line), undefined, line);
    fc.assert(
      fc.property(anyText(200), (text) => {
        assert.equal(decodeActivityLine(text), undefined);
      }),
    );
  });

  it('fields of the wrong kind are as if they were absent', () => {
    const line = JSON.stringify({
      at_ms: 1,
      kind: 'lock-refused',
      actor: 'me',
      other: ['you'],
      paths: ['a', 1, null, 'b'],
      path_count: -4,
      thread: 7,
      mode: 'both',
      tokens: [1, 'x', 2.5, 3],
      reason: {},
      cause: [],
    });
    assert.deepEqual(decodeActivityLine(line), {
      atMs: 1,
      kind: 'lock-refused',
      actor: { name: '' },
      paths: ['a', 'b'],
      tokens: [1, 3],
    });
    const polluting = decodeActivityLine('{"at_ms":1,"kind":"x","__proto__":{"cause":"bad"}}');
    assert.equal(polluting?.cause, undefined);
  });

  it('more paths than may be listed are counted when somebody else wrote them', () => {
    const paths = Array.from({ length: 60 }, (_, i) => `${i}`);
    const event = decodeActivityLine(JSON.stringify({ at_ms: 1, kind: 'lock-granted', paths }));
    assert.deepEqual([event?.paths.length, event?.pathCount], [50, 60]);
  });
});
