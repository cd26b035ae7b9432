import assert from 'node:assert/strict';

import { filePathOf, filePathsIn, isAbsolutePath } from '../../../src/harnesses/filePaths.ts';

describe('filePathOf', () => {
  const same = [
    '/a b/c.ts',
    'rel/ä.ts',
    './x',
    'C:\\a\\b.ts',
    '\\\\server\\share\\x',
    'it\'s "x"\n.ts',
  ];
  for (const path of same) {
    it(`leaves ${JSON.stringify(path)} as it is`, () => {
      assert.equal(filePathOf(path), path);
    });
  }

  const uris: readonly (readonly [string, string])[] = [
    ['file:///home/me/with%20space.ts', '/home/me/with space.ts'],
    ['file:///c%3A/src/a.ts', 'c:/src/a.ts'],
    ['file:///C:/src/a.ts', 'C:/src/a.ts'],
    ['file://localhost/x', '/x'],
    ['file://server/share/a.ts', '//server/share/a.ts'],
    ['file:///100%/a.ts', '/100%/a.ts'],
    ['/c:/Users/me/a.ts', 'c:/Users/me/a.ts'],
  ];
  for (const [uri, path] of uris) {
    it(`reads ${uri}`, () => {
      assert.equal(filePathOf(uri), path);
    });
  }

  it('reads the object that an editor writes for a URI', () => {
    const uri = { $mid: 1, fsPath: '/t/a.jsonl', path: '/t/other', scheme: 'file' };
    assert.equal(filePathOf(uri), '/t/a.jsonl');
    assert.equal(filePathOf({ path: '/t/a', scheme: 'file' }), '/t/a');
  });

  it('knows what is no file', () => {
    for (const value of ['', 'file://', 7, null, undefined, ['/a'], {}]) {
      assert.equal(filePathOf(value), undefined);
    }
    assert.equal(filePathOf('vscode-notebook-cell://x/y'), undefined);
    assert.equal(filePathOf({ path: '/x', scheme: 'untitled' }), undefined);
  });

  it('follows an object within an object only as far as there is one', () => {
    assert.equal(filePathOf({ fsPath: { fsPath: '/x' } }), undefined);
  });
});

describe('filePathsIn', () => {
  it('finds single paths, lists of them and lists of objects, each once', () => {
    const input = {
      filePath: '/a',
      files: ['/b', '/a', 7],
      replacements: [{ filePath: '/c' }, { other: '/d' }, null],
    };
    const fields = { single: ['filePath'], lists: ['files', 'replacements'] };
    assert.deepEqual(filePathsIn(input, fields), ['/a', '/b', '/c']);
  });
});

describe('isAbsolutePath', () => {
  it('knows those of every platform', () => {
    for (const path of ['/x', 'C:\\x', 'c:/x', '\\\\server\\x']) assert.ok(isAbsolutePath(path));
    for (const path of ['', 'x', './x', 'C:x', 'c']) assert.ok(!isAbsolutePath(path));
  });
});
