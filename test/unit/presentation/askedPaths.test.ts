import assert from 'node:assert/strict';
import { AskedPaths } from '../../../src/presentation/askedPaths.ts';

describe('AskedPaths', () => {
  it('names what is below what a path or glob covers, and not the path itself', () => {
    const asked = new AskedPaths(10);
    for (const key of ['src', 'src/a.ts', 'src/b/c.md', 'other']) asked.add(`file://${key}`, key);
    assert.deepEqual(asked.below('src').toSorted(), ['file://src/a.ts', 'file://src/b/c.md']);
    assert.deepEqual(asked.below('src/*.ts'), ['file://src/a.ts']);
    assert.deepEqual(asked.below('src/a.ts'), []);
    assert.equal(asked.below('.').length, 4);
  });

  it('keeps one path of several checkouts apart', () => {
    const asked = new AskedPaths(10);
    asked.add('file:///one/a/b', 'a/b');
    asked.add('file:///two/a/b', 'a/b');
    assert.deepEqual(asked.below('a').toSorted(), ['file:///one/a/b', 'file:///two/a/b']);
  });

  it('forgets what was asked for longest ago', () => {
    const asked = new AskedPaths(2);
    for (const key of ['a/1', 'a/2', 'a/2', 'a/3']) asked.add(key, key);
    assert.deepEqual([asked.size, asked.below('a').toSorted()], [2, ['a/2', 'a/3']]);
  });
});
