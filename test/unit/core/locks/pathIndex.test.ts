import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PathIndex } from '../../../../src/core/locks/pathIndex.ts';
import { overlaps } from '../../../../src/core/locks/pathOverlap.ts';

describe('PathIndex', () => {
  let index: PathIndex<string>;
  beforeEach(() => {
    index = new PathIndex();
  });

  function assertOverlapping(key: string, items: readonly string[]): void {
    assert.deepEqual([...index.overlapping(key)].sort(), [...items].sort(), key);
  }

  it('finds what is above, at and below a path', () => {
    for (const key of ['.', 'src', 'src/a', 'src/a/deep.ts', 'src/b', 'test', 'srca']) {
      index.add(key, key);
    }
    assertOverlapping('src/a', ['.', 'src', 'src/a', 'src/a/deep.ts']);
    assertOverlapping('src/a/deep.ts/x', ['.', 'src', 'src/a', 'src/a/deep.ts']);
    assertOverlapping('other', ['.']);
    assertOverlapping('.', ['.', 'src', 'src/a', 'src/a/deep.ts', 'src/b', 'test', 'srca']);
  });

  it('finds globs from paths, paths from globs and globs from globs', () => {
    for (const key of ['src/*.ts', 'src/**/x.ts', '*/readme', 'src/a.ts', 'src/a.js', 'docs']) {
      index.add(key, key);
    }
    assertOverlapping('src/a.ts', ['src/*.ts', 'src/**/x.ts', 'src/a.ts']);
    assertOverlapping('src/a*', ['src/*.ts', 'src/**/x.ts', 'src/a.ts', 'src/a.js']);
    assertOverlapping('*/readme', ['src/**/x.ts', '*/readme', 'docs']);
    assertOverlapping('docs/readme', ['*/readme', 'docs']);
    assertOverlapping('docs/x', ['docs']);
    assertOverlapping('**/q', [
      'src/*.ts',
      'src/**/x.ts',
      '*/readme',
      'src/a.ts',
      'src/a.js',
      'docs',
    ]);
  });

  it('several items share a path, and one item that is kept at several paths is found once', () => {
    index.add('src', 'one');
    index.add('src', 'two');
    index.add('src/a', 'one');
    index.add('src/*', 'one');
    assert.equal(index.size, 4);
    assertOverlapping('src/a', ['one', 'two']);
    assert.deepEqual([...index.exactly('src')].sort(), ['one', 'two']);
    index.delete('src', 'one');
    assert.deepEqual(index.exactly('src'), ['two']);
    assertOverlapping('src/a', ['one', 'two']);
    assert.equal(index.size, 3);
  });

  it('keeps an item once at a path, and forgetting what is not there changes nothing', () => {
    index.add('a/b', 'x');
    index.add('a/b', 'x');
    index.add('a/*', 'x');
    assert.equal(index.size, 2);
    for (const key of ['a', 'a/b/c', 'a/c', '.', 'a/?', '*', 'z/y']) index.delete(key, 'x');
    index.delete('a/b', 'y');
    assert.equal(index.size, 2);
    assert.deepEqual(index.exactly('a/b'), ['x']);
    assert.deepEqual(index.exactly('a/*'), ['x']);
    assert.deepEqual(index.exactly('a'), []);
    assert.deepEqual(index.exactly('q/r'), []);
  });

  it('keeps nothing of what was forgotten', () => {
    const before = JSON.stringify(shapeOf(index));
    const keys = ['.', 'a/b/c', 'a/b', 'a/b/*/d', '**', '__proto__/constructor', 'x/y/?'];
    for (const key of keys) index.add(key, key);
    for (const key of keys) assert.deepEqual(index.exactly(key), [key]);
    for (const key of keys) index.delete(key, key);
    assert.equal(index.size, 0);
    assert.equal(JSON.stringify(shapeOf(index)), before);
  });

  it('finds in a deep path and under many neighbours only what matches', () => {
    for (let i = 0; i < 10_000; i += 1) index.add(`src/f${i}/file.ts`, `i${i}`);
    const deep = Array.from({ length: 500 }, () => 'd').join('/');
    index.add(deep, 'deep');
    assertOverlapping('src/f77', ['i77']);
    assertOverlapping('d', ['deep']);
    assertOverlapping(`${deep}/x`, ['deep']);
    assert.equal(index.overlapping('src').length, 10_000);
    assert.equal(index.overlapping('src/f999?/*').length, 10);
  });

  it('always finds what looking at every item would, after any additions and removals', () => {
    const key = fc
      .array(fc.constantFrom('a', 'b', 'ab', '*', '**', '?', 'a*', '*b'), { maxLength: 4 })
      .map((segments) => segments.join('/') || '.');
    const step = fc.record({ isAddition: fc.boolean(), key, item: fc.integer({ min: 0, max: 5 }) });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60 }),
        fc.array(key, { maxLength: 10 }),
        (steps, asked) => {
          const tested = new PathIndex<number>();
          const all = new Map<string, { readonly key: string; readonly item: number }>();
          for (const { isAddition, ...pair } of steps) {
            if (isAddition) all.set(`${pair.key} ${pair.item}`, pair);
            else all.delete(`${pair.key} ${pair.item}`);
            if (isAddition) tested.add(pair.key, pair.item);
            else tested.delete(pair.key, pair.item);
          }
          assert.equal(tested.size, all.size);
          for (const wanted of asked) {
            const pairs = [...all.values()];
            const near = pairs.filter((pair) => overlaps(pair.key, wanted)).map(({ item }) => item);
            const found = tested.overlapping(wanted);
            assert.deepEqual([...found].sort(), [...new Set(near)].sort());
            const at = pairs.filter((pair) => pair.key === wanted).map(({ item }) => item);
            assert.deepEqual([...tested.exactly(wanted)].sort(), at.sort());
          }
          for (const pair of all.values()) tested.delete(pair.key, pair.item);
          assert.deepEqual(shapeOf(tested), shapeOf(new PathIndex<number>()));
        },
      ),
      { numRuns: 500 },
    );
  });
});

/** Everything that an object holds, as plain values. */
function shapeOf(value: unknown): unknown {
  if (value instanceof Map) return [...value].map(shapeOf);
  if (value instanceof Set || Array.isArray(value)) return [...value].map(shapeOf);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value).map(([name, member]) => [name, shapeOf(member)]);
}
