import assert from 'node:assert/strict';
import {
  compareInstants,
  formatTimestamp,
  parseTimestamp,
  timestampMs,
} from '../../../../src/core/agents/timestamp.ts';

describe('parseTimestamp', () => {
  const noonMs = Date.parse('2026-06-01T12:00:00Z');
  const valid: Readonly<Record<string, { epochMs: number; nanos: number }>> = {
    '2026-06-01T12:00:00Z': { epochMs: noonMs, nanos: 0 },
    '2026-06-01T12:00:00z': { epochMs: noonMs, nanos: 0 },
    '2026-06-01t12:00:00Z': { epochMs: noonMs, nanos: 0 },
    '2026-06-01 12:00:00Z': { epochMs: noonMs, nanos: 0 },
    '2026-06-01T14:00:00+02:00': { epochMs: noonMs, nanos: 0 },
    '2026-06-01T06:30:00-05:30': { epochMs: noonMs, nanos: 0 },
    '2026-06-01T12:00:00-00:00': { epochMs: noonMs, nanos: 0 },
    '2026-06-01T12:00:00.1Z': { epochMs: noonMs + 100, nanos: 0 },
    '2026-06-01T12:00:00.000000001Z': { epochMs: noonMs, nanos: 1 },
    '2026-06-01T12:00:00.123456789Z': { epochMs: noonMs + 123, nanos: 456_789 },
    '2026-06-01T12:00:00.999999999+00:00': { epochMs: noonMs + 999, nanos: 999_999 },
    '2026-06-01T12:00:00.123456789012Z': { epochMs: noonMs + 123, nanos: 456_789 },
    '2026-06-01T12:00:00.1234567890123456Z': { epochMs: noonMs + 123, nanos: 456_789 },
    '0001-01-01T00:00:00Z': { epochMs: Date.parse('0001-01-01T00:00:00Z'), nanos: 0 },
    '2024-02-29T00:00:00Z': { epochMs: Date.parse('2024-02-29T00:00:00Z'), nanos: 0 },
  };
  for (const [text, instant] of Object.entries(valid)) {
    it(`parseTimestamp reads ${text}`, () => {
      assert.deepEqual(parseTimestamp(text), instant);
    });
  }

  const invalid = [
    '',
    'now',
    '2026-06-01',
    '2026-06-01T12:00:00',
    '2026-06-01T12:00Z',
    '2026-06-01T12:00:00.Z',
    '2026-13-01T12:00:00Z',
    '2026-02-30T12:00:00Z',
    '2026-06-31T12:00:00Z',
    '2025-02-29T12:00:00Z',
    '2026-06-01T24:00:00Z',
    '2026-06-01T12:60:00Z',
    '2026-06-01T12:00:61Z',
    '2026-06-01T12:00:00+24:00',
    '2026-06-01T12:00:00+0200',
    ' 2026-06-01T12:00:00Z',
    '2026-06-01T12:00:00Z\n',
    '12026-06-01T12:00:00Z',
  ];
  for (const text of invalid) {
    it(`parseTimestamp refuses ${JSON.stringify(text)}, as Heddle does`, () => {
      assert.equal(parseTimestamp(text), undefined);
    });
  }

  it('parseTimestamp puts a leap second after the second before it and not after the next minute', () => {
    const before = parseTimestamp('2016-12-31T23:59:59.9Z') ?? assert.fail();
    const leap = parseTimestamp('2016-12-31T23:59:60Z') ?? assert.fail();
    const after = parseTimestamp('2017-01-01T00:00:00Z') ?? assert.fail();

    assert.ok(compareInstants(before, leap) < 0);
    assert.ok(compareInstants(leap, after) <= 0);
  });
});

describe('compareInstants', () => {
  it('compareInstants orders by milliseconds, then by nanoseconds', () => {
    const sorted = [
      { epochMs: 1, nanos: 999_999 },
      { epochMs: 2, nanos: 0 },
      { epochMs: 2, nanos: 1 },
    ];

    assert.deepEqual(
      [sorted[2], sorted[0], sorted[1]].map((x) => x ?? assert.fail()).sort(compareInstants),
      sorted,
    );
  });
});

describe('formatTimestamp', () => {
  it('formatTimestamp writes what parseTimestamp reads', () => {
    const ms = Date.parse('2026-06-01T12:00:00.123Z');

    assert.equal(formatTimestamp(ms), '2026-06-01T12:00:00.123Z');
    assert.equal(timestampMs(formatTimestamp(ms)), ms);
    assert.equal(timestampMs(undefined), undefined);
    assert.equal(timestampMs('never'), undefined);
  });
});
