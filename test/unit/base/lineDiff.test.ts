import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { lineDiff, textLines } from '../../../src/base/lineDiff.ts';

const text = (lines: readonly string[], ...signs: readonly string[]): readonly string[] =>
  lines.filter((line) => signs.includes(line[0] ?? '')).map((line) => line.slice(1));

const shown = (a: readonly string[], b: readonly string[], maxPairs = 1000): readonly string[] =>
  lineDiff(a, b, { maxPairs }).map(({ sign, text: line }) => sign + line);

describe('lineDiff', () => {
  it('keeps what is common and names what went and what came', () => {
    assert.deepEqual(shown(['a', 'b', 'c'], ['a', 'x', 'c', 'd']), [' a', '-b', '+x', ' c', '+d']);
    assert.deepEqual(shown([], ['a']), ['+a']);
    assert.deepEqual(shown(['a'], []), ['-a']);
    assert.deepEqual(shown(['a'], ['a']), [' a']);
  });

  it('finds the longest that is common', () => {
    const lines = shown('a b c b d a b'.split(' '), 'b d c a b a'.split(' '));
    assert.equal(text(lines, ' ').length, 4);
  });

  it('has all lines of both, in their order, also where it replaces the middle as a whole', () => {
    const lines = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 });
    fc.assert(
      fc.property(lines, lines, fc.constantFrom(0, 4, 1000), (a, b, maxPairs) => {
        const diff = shown(a, b, maxPairs);
        assert.deepEqual(text(diff, ' ', '-'), a);
        assert.deepEqual(text(diff, ' ', '+'), b);
      }),
    );
  });

  it('replaces the middle as a whole when it is too large to be compared', () => {
    assert.deepEqual(shown(['s', 'a', 'b', 'e'], ['s', 'b', 'c', 'e'], 3), [
      ...[' s', '-a', '-b', '+b', '+c', ' e'],
    ]);
  });
});

describe('textLines', () => {
  it('has no line after the last line end, of either kind', () => {
    assert.deepEqual(textLines('a\r\nb\n'), ['a', 'b']);
    assert.deepEqual(textLines('a\n\nb'), ['a', '', 'b']);
    assert.deepEqual(textLines('\n'), ['']);
    assert.deepEqual(textLines(''), []);
  });
});
