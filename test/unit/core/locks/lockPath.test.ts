import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isRegistryError } from '../../../../src/core/agents/registryError.ts';
import {
  isGlob,
  lockKey,
  parseLockPath,
  tryParseLockPath,
  type PathRules,
} from '../../../../src/core/locks/lockPath.ts';

const exact: PathRules = { isCaseInsensitive: false, isWindows: false };
const insensitive: PathRules = { isCaseInsensitive: true, isWindows: false };
const windows: PathRules = { isCaseInsensitive: true, isWindows: true };

describe('parseLockPath', () => {
  it('takes redundant dots and slashes out and leaves the rest as it is', () => {
    const expected: readonly (readonly [string, string])[] = [
      ['src/a.ts', 'src/a.ts'],
      ['./a//b/', 'a/b'],
      ['a/./b/.', 'a/b'],
      ['', '.'],
      ['.', '.'],
      ['./', '.'],
      ['././/.', '.'],
      ['...', '...'],
      ['a/..b/c..', 'a/..b/c..'],
      ['.hidden', '.hidden'],
      [' a /b ', ' a /b '],
      ['a\\b', 'a\\b'],
      ['pages/[id].tsx', 'pages/[id].tsx'],
      ['src/{a,b}.ts', 'src/{a,b}.ts'],
      ['src/**/*.t?', 'src/**/*.t?'],
      ['con', 'con'],
      ['aux.txt/nul', 'aux.txt/nul'],
      ['a.', 'a.'],
      ['a ', 'a '],
      ['😀/🏳️‍🌈.ts', '😀/🏳️‍🌈.ts'],
      ['e\u0301.ts', 'e\u0301.ts'],
      ['-rf', '-rf'],
      ['~/a', '~/a'],
      ['c:d', 'c:d'],
      ['__proto__/constructor', '__proto__/constructor'],
    ];
    for (const [text, path] of expected) assert.equal(parseLockPath(text), path, text);
  });

  it('refuses what is no path in a repository, with a sentence that says what to do', () => {
    const refused: readonly (readonly [string, RegExp])[] = [
      ['/', /is absolute\. Name the path from the root/],
      ['/etc/passwd', /is absolute/],
      ['//server/share', /is absolute/],
      ['C:\\a', /is absolute/],
      ['c:/a', /is absolute/],
      ['./C:/a', /is absolute/],
      ['C:', /is absolute/],
      ['\\\\server\\share', /is absolute/],
      ['..', /contains "\.\."\. Name the path without it/],
      ['../a', /contains "\.\."/],
      ['a/../b', /contains "\.\."/],
      ['a/..', /contains "\.\."/],
      ['a\u0000b', /control character/],
      ['a\nb', /control character/],
      ['a\u001b[31m', /control character/],
      ['a\u007f', /control character/],
      ['a\u009b', /control character/],
      ['a\ud800', /half a character/],
      ['\udc00a', /half a character/],
      ['a/'.repeat(513), /is longer than 1024 bytes/],
      ['a'.repeat(5_000_000), /is longer than 1024 bytes/],
      [`${'é'.repeat(127)}/`.repeat(5), /is longer than 1024 bytes/],
      ['a'.repeat(256), /a name longer than 255 bytes/],
      ['😀'.repeat(64), /a name longer than 255 bytes/],
      ['?'.repeat(17), /more than 16 wildcards/],
      ['*/'.repeat(17), /more than 16 wildcards/],
    ];
    for (const [text, message] of refused) {
      assert.throws(
        () => parseLockPath(text),
        (error) => isRegistryError(error, 'invalid-path') && message.test(error.message),
        text.slice(0, 40),
      );
      assert.equal(tryParseLockPath(text), undefined, text.slice(0, 40));
    }
  });

  it('allows what is just short enough', () => {
    const segment = 'é'.repeat(127);
    const longest = [segment, segment, segment, `${segment}a`].join('/');
    assert.equal(Buffer.byteLength(longest), 1020);
    for (const path of [longest, 'a'.repeat(255), '?'.repeat(16), `${'**/'.repeat(15)}*`]) {
      assert.equal(parseLockPath(path), path);
    }
  });

  it('a refusal is short and shows no control character, whatever was given', () => {
    for (const text of ['\u0007'.repeat(1000), `/${'x'.repeat(1_000_000)}`, '\ud83d'.repeat(99)]) {
      assert.throws(
        () => parseLockPath(text),
        (error: Error) =>
          error.message.length < 700 && !/[\p{Cc}\p{Surrogate}]/u.test(error.message),
      );
    }
  });

  it('gives paths that it takes as they are', () => {
    fc.assert(
      fc.property(anyPathText(), (text) => {
        const path = tryParseLockPath(text);
        if (path === undefined) return;
        assert.equal(parseLockPath(path), path);
        assert.ok(path === '.' || path.split('/').every((name) => !['', '.', '..'].includes(name)));
      }),
    );
  });
});

describe('isGlob', () => {
  it('brackets and braces are literal', () => {
    for (const path of ['a*', '?', 'a/**/b', '**']) assert.ok(isGlob(path), path);
    for (const path of ['pages/[id].tsx', '{a,b}', '.', '!a', '+(a)']) {
      assert.ok(!isGlob(path), path);
    }
  });
});

describe('lockKey', () => {
  function assertKeys(rules: PathRules, keys: Readonly<Record<string, string>>): void {
    for (const [path, key] of Object.entries(keys)) assert.equal(lockKey(path, rules), key, path);
  }

  it('composed and decomposed spellings of a name have one key', () => {
    assertKeys(exact, { 'e\u0301/n\u0303.ts': 'é/ñ.ts', 'é/ñ.ts': 'é/ñ.ts', 'A/b': 'A/b' });
  });

  it('case counts only where the file system says so', () => {
    assertKeys(exact, { 'SRC/A.ts': 'SRC/A.ts' });
    assertKeys(insensitive, {
      'SRC/A.ts': 'src/a.ts',
      ÉTÉ: 'été',
      'E\u0301': 'é',
      '*.TS': '*.ts',
      '.': '.',
    });
    const spellings = ['ΟΔΟΣ', 'οδος', 'οδοσ', 'Οδος'].map((name) => lockKey(name, insensitive));
    assert.equal(new Set(spellings).size, 1);
    // What follows a letter does not change its key, because a glob leaves that open.
    assert.ok(lockKey('ΟΔΟΣΑ', insensitive).startsWith(lockKey('ΟΔΟΣ', insensitive)));
  });

  it('on Windows trailing dots and spaces of a name do not count', () => {
    assertKeys(windows, {
      'a.ts.': 'a.ts',
      'a ': 'a',
      'A. . /b...': 'a/b',
      'a.b': 'a.b',
      ' a': ' a',
      '*.': '*',
      con: 'con',
    });
    assertKeys(insensitive, { 'a.': 'a.', 'a ': 'a ' });
  });

  it('nothing vanishes and nothing becomes another kind of path', () => {
    assertKeys(windows, {
      '.': '.',
      '...': '...',
      'a/.../b': 'a/.../b',
      '   ': '   ',
      '.. ': '.. ',
      '. .': '. .',
      '**./a': '*/a',
      '**.': '*',
    });
  });

  it('spellings of one glob have one key, and everything below a folder is that folder', () => {
    assertKeys(exact, {
      'src/**': 'src',
      'src/**/**': 'src',
      '**': '.',
      '**/**': '.',
      'a/**/**/b': 'a/**/b',
      'a**b': 'a*b',
      '***': '*',
      'src/*': 'src/*',
      'a/**b/c': 'a/*b/c',
      '*?**': '*?*',
    });
  });

  it('the key of a key is itself, it is never empty, and it has the depth of its path', () => {
    fc.assert(
      fc.property(anyPathText(), fc.constantFrom(exact, insensitive, windows), (text, rules) => {
        const path = tryParseLockPath(text);
        if (path === undefined) return;
        const key = lockKey(path, rules);
        assert.equal(lockKey(key, rules), key);
        assert.equal(key, key.normalize('NFC'));
        assert.notEqual(key, '');
        assert.ok(!key.startsWith('/') && !key.endsWith('/') && !key.includes('//'));
        assert.ok(key === '.' || key.split('/').every((name) => name !== '.' && name !== '..'));
        assert.ok(!isGlob(key) || isGlob(path));
        if (!path.includes('**')) assert.equal(key.split('/').length, path.split('/').length);
      }),
      { numRuns: 500 },
    );
  });
});

/** Texts that are made of what matters in paths, and any others. */
function anyPathText(): fc.Arbitrary<string> {
  const piece = fc.constantFrom(
    ...['/', '/', '.', '..', '*', '**', '?', ' ', 'a', 'B', 'é', 'e\u0301', '\u0301', 'Σ', 'ς'],
    ...['İ', 'ß', 'ǅ', '😀', '\\', 'C:', '[', '\u0000', '\ud800', '~', '\u212a', '\u0345', '...'],
  );
  return fc.oneof(
    fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
    fc.string({ unit: 'binary', maxLength: 20 }),
  );
}
