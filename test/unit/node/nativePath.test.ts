import assert from 'node:assert/strict';
import { isRegistryError } from '../../../src/core/agents/registryError.ts';
import { isNativeName, parseNativePath } from '../../../src/node/nativePath.ts';

describe('parseNativePath', () => {
  it('takes a path of Windows apart, with either separator', () => {
    const expected: readonly (readonly [string, string | undefined, number, string])[] = [
      ['src\\a.ts', undefined, 0, 'src a.ts'],
      ['src/a.ts', undefined, 0, 'src a.ts'],
      ['..\\..\\a', undefined, 2, 'a'],
      ['.\\..\\.', undefined, 1, ''],
      ['C:\\a\\b\\', 'C:\\', 0, 'a b'],
      ['c:/a', 'c:/', 0, 'a'],
      ['\\a', '\\', 0, 'a'],
      ['\\\\server\\share\\a', '\\\\server\\share\\', 0, 'a'],
      ['\\\\?\\C:\\a', 'C:\\', 0, 'a'],
      ['\\\\?\\UNC\\server\\share\\a', '\\\\server\\share\\', 0, 'a'],
    ];
    for (const [text, anchor, climb, names] of expected) {
      const parsed = parseNativePath(text, true);
      assert.deepEqual(
        { ...parsed, names: parsed.names.join(' ') },
        { anchor, climb, names },
        text,
      );
    }
  });

  it('elsewhere a backslash is a character of a name', () => {
    assert.deepEqual(parseNativePath('/a\\b/c:', false), {
      anchor: '/',
      climb: 0,
      names: ['a\\b', 'c:'],
    });
  });

  it('refuses what does not say where it is', () => {
    for (const text of ['C:a', 'C:', 'a\\..\\b', '..\\a\\..', '', 'a\0']) {
      assert.throws(
        () => parseNativePath(text, true),
        (error) => isRegistryError(error, 'invalid-path'),
        text,
      );
    }
  });
});

describe('isNativeName', () => {
  it('on Windows a name holds no separator, no drive or stream, and is not dots alone', () => {
    for (const name of ['a\\b', '..\\..', 'C:', 'a:b', '...', '. ', ' ']) {
      assert.ok(!isNativeName(name, true), name);
      assert.ok(isNativeName(name, false), name);
    }
    for (const name of ['a.ts', 'con', '.git', 'a b']) assert.ok(isNativeName(name, true), name);
  });
});
