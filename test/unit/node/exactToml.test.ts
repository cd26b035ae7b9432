import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isSameValue } from '../../../src/base/sameValue.ts';
import { ExactTomlDate, parseToml, stringifyToml } from '../../../src/node/exactToml.ts';

type Table = Record<string, unknown>;

describe('parseToml and stringifyToml', () => {
  /** The value of `v` after it was read, written and read again. */
  function rewritten(valueText: string): { readonly value: unknown; readonly text: string } {
    const text = stringifyToml(parseToml(`v = ${valueText}\n`));
    return { value: parseToml(text).v, text };
  }

  const integers: readonly (readonly [string, bigint])[] = [
    ['0', 0n],
    ['9007199254740993', 2n ** 53n + 1n],
    ['9223372036854775807', 2n ** 63n - 1n],
    ['-9223372036854775808', -(2n ** 63n)],
    ['0xff', 255n],
    ['1_000', 1000n],
  ];
  for (const [text, expected] of integers) {
    it(`keeps the integer ${text} to the digit`, () => {
      const { value, text: written } = rewritten(text);
      assert.equal(value, expected);
      assert.equal(written.trim(), `v = ${expected}`);
    });
  }

  const floats: readonly (readonly [string, number])[] = [
    ['1.0', 1],
    ['0.800000011920929', 0.800000011920929],
    ['1e300', 1e300],
    ['9007199254740992.0', 2 ** 53],
    ['inf', Infinity],
    ['-inf', -Infinity],
    ['nan', NaN],
  ];
  for (const [text, expected] of floats) {
    it(`keeps the float ${text} a float`, () => {
      const { value } = rewritten(text);
      assert.equal(typeof value, 'number');
      assert.ok(Object.is(value, expected), String(value));
    });
  }

  const times = [
    '2026-11-20T09:15:00Z',
    '2026-11-20T09:15:00.123Z',
    '2026-11-20T09:15:00.123456789Z',
    '2026-11-20T09:15:00.123456789+05:30',
    '2026-11-20T09:15:00-00:30',
    '2026-11-20T09:15:00.000000001',
    '2026-11-20T09:15:00.123456',
    '2026-11-20',
    '09:15:00.123456789',
    '09:15:00',
    '0001-01-01T00:00:00.1234567Z',
  ];
  for (const time of times) {
    it(`keeps the time ${time}, its kind and its offset`, () => {
      const { value, text } = rewritten(time);
      assert.ok(value instanceof Date);
      assert.equal(value.toISOString(), time);
      assert.equal(text.trim(), `v = ${value.toISOString()}`);
    });
  }

  it('leaves what looks like a time in a text or a comment alone', () => {
    const fine = '2026-11-20T09:15:00.123456789Z';
    const document = [
      `a = "= ${fine}"`,
      `b = ' ${fine}' # ${fine}`,
      `c = """\n ${fine} "" ${fine}"""`,
      `d = '''\n ${fine} '' ${fine}'''`,
      `"e, ${fine}" = [${fine}, "x \\" ${fine}"]`,
      `f = {g = ${fine}}`,
    ].join('\n');
    const table = parseToml(document);
    assert.equal(table.a, `= ${fine}`);
    assert.equal(table.b, ` ${fine}`);
    assert.equal(table.c, ` ${fine} "" ${fine}`);
    assert.equal(table.d, ` ${fine} '' ${fine}`);
    const [time, text] = table[`e, ${fine}`] as readonly unknown[];
    assert.equal((time as Date).toISOString(), fine);
    assert.equal(text, `x " ${fine}`);
    assert.equal(((table.f as Table).g as Date).toISOString(), fine);
  });

  it('names the line of a mistake, also after a fine time', () => {
    for (const first of ['a = 1', 'a = 2026-11-20T09:15:00.123456789Z']) {
      assert.throws(
        () => parseToml(`${first}\nb = 1\nc = oops\n`),
        (error) => error instanceof Error && 'line' in error && error.line === 3,
      );
    }
  });

  it('refuses times that are none, fine or not', () => {
    for (const time of ['2026-13-20T09:15:00.123456Z', '25:15:00.123456', '2026-13-20T09:15:00Z']) {
      assert.throws(() => parseToml(`a = ${time}\n`), time);
    }
  });

  it('keeps __proto__ and constructor as keys', () => {
    const document = '__proto__ = 1\n\n[constructor]\n__proto__ = { a = 2.0 }\n';
    const table = parseToml(stringifyToml(parseToml(document)));
    assert.deepEqual(Object.keys(table), ['__proto__', 'constructor']);
    assert.equal(Object.getOwnPropertyDescriptor(table, '__proto__')?.value, 1n);
    assert.deepEqual(Object.keys(table.constructor as object), ['__proto__']);
    assert.equal(({} as Table).a, undefined);
  });

  it('give back any table, type for type', () => {
    fc.assert(
      fc.property(anyTable(), (table) => {
        const text = stringifyToml(table);
        const again = parseToml(text);
        assert.ok(isSameType(table, again), text);
        assert.ok(isSameType(again, parseToml(stringifyToml(again))), text);
      }),
      { numRuns: 1500 },
    );
  });

  it('never take long or crash on any text', () => {
    const fragments = fc.constantFrom(
      ...['a', ' = ', '"', "'", '"""', "'''", '\\', '\n', '[', ']', '{', '}', ',', '#', '.', '1'],
      ...['09:15:00.123456', '2026-11-20T09:15:00.123456Z', '2026-11-20', 'inf', '__proto__', ':'],
    );
    fc.assert(
      fc.property(fc.array(fragments, { maxLength: 30 }), (parts) => {
        const text = parts.join('');
        let table: Table;
        try {
          table = parseToml(text);
        } catch (error) {
          assert.ok(error instanceof Error);
          return;
        }
        assert.ok(isSameType(table, parseToml(stringifyToml(table))), text);
      }),
      { numRuns: 5000 },
    );
  });
});

/** Any table that TOML can hold: no null, no lone surrogates, integers of 64 bits. */
function anyTable(): fc.Arbitrary<Table> {
  const text = fc.string({ unit: 'grapheme', maxLength: 12 });
  const key = fc.oneof(text, fc.constantFrom('__proto__', 'constructor', 'a b', '', '"', '\n'));
  const leaf = fc.oneof(
    text,
    fc.string({ unit: 'binary', maxLength: 8 }),
    fc.boolean(),
    // TOML's writer knows no negative zero.
    fc.double().filter((value) => !Object.is(value, -0)),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    anyTime(),
  );
  const { table } = fc.letrec<{ table: Table; value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      leaf,
      fc.array(tie('value'), { maxLength: 4 }),
      fc.array(tie('table'), { maxLength: 3 }),
      tie('table'),
    ),
    table: fc
      .array(fc.tuple(key, tie('value')), { maxLength: 4 })
      .map((pairs) => Object.fromEntries(pairs)),
  }));
  return table;
}

function anyTime(): fc.Arbitrary<ExactTomlDate> {
  const digits = fc.integer({ min: 0, max: 999_999_999 }).map((value) => String(value));
  const day = fc.date({
    min: new Date('0001-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59Z'),
    noInvalidDate: true,
  });
  const offset = fc.constantFrom('Z', '+05:30', '-11:45', '');
  return fc
    .tuple(day, fc.option(digits, { nil: undefined }), offset)
    .map(([date, fraction, zone]) => {
      const seconds = date.toISOString().slice(0, 19);
      return new ExactTomlDate(`${seconds}${fraction === undefined ? '' : `.${fraction}`}${zone}`);
    });
}

/** The same content, with 1 and 1.0 and "1" told apart. */
function isSameType(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, i) => isSameType(item, b[i]));
  }
  if (a instanceof Date && b instanceof Date) {
    return a.toISOString() === b.toISOString();
  }
  if (!isTable(a) || !isTable(b)) return isSameValue(a, b);
  const pairs = Object.entries(a);
  const others = new Map(Object.entries(b));
  return pairs.length === others.size && pairs.every(([key, v]) => isSameType(v, others.get(key)));
}

function isTable(value: unknown): value is object {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
  );
}
