import assert from 'node:assert/strict';
import fc from 'fast-check';
import { lockKey } from '../../../../src/core/locks/lockPath.ts';
import { covers, overlaps } from '../../../../src/core/locks/pathOverlap.ts';

describe('overlaps', () => {
  function assertOverlap(a: string, b: string, isExpected: boolean): void {
    assert.equal(overlaps(a, b), isExpected, `${a} and ${b}`);
    assert.equal(overlaps(b, a), isExpected, `${b} and ${a}`);
  }

  it('a path has itself and everything below it in common with another', () => {
    assertOverlap('src/a.ts', 'src/a.ts', true);
    assertOverlap('src', 'src/a.ts', true);
    assertOverlap('.', 'src/a.ts', true);
    assertOverlap('.', '*.ts', true);
    assertOverlap('.', '.', true);
    assertOverlap('src/a.ts', 'src/b.ts', false);
    assertOverlap('src', 'src2', false);
    assertOverlap('src', 'srcx/a', false);
    assertOverlap('src/a', 'src/ab', false);
  });

  it('a wildcard stays within its segment', () => {
    assertOverlap('src/*.ts', 'src/a.ts', true);
    assertOverlap('src/*.ts', 'src/a.js', false);
    assertOverlap('src/*.ts', 'src/deep/a.ts', false);
    assertOverlap('src/*', 'src/deep/a.ts', true);
    assertOverlap('*/a.ts', 'src/a.ts', true);
    assertOverlap('*/a.ts', 'src', true);
    assertOverlap('*.ts', 'src/a.ts', false);
    assertOverlap('src/?.ts', 'src/ab.ts', false);
    assertOverlap('src/?.ts', 'src/a.ts', true);
  });

  it('two wildcards in one segment are compared with each other', () => {
    assertOverlap('a*', '*b', true);
    assertOverlap('a*c', '*b*', true);
    assertOverlap('a*', 'b*', false);
    assertOverlap('*.ts', '*.js', false);
    assertOverlap('a*.ts', '*b.ts', true);
    assertOverlap('ab*ba', 'aba', false);
    assertOverlap('a?', 'b?', false);
    assertOverlap('a?b', 'ab', false);
    assertOverlap('a?c', 'a*b', false);
    assertOverlap('*.test.*', 'a.t?st.ts', true);
  });

  it('** stands for any number of whole segments', () => {
    assertOverlap('src/**/a.ts', 'src/a.ts', true);
    assertOverlap('src/**/a.ts', 'src/x/y/a.ts', true);
    assertOverlap('src/**/a.ts', 'test/a.ts', false);
    assertOverlap('**/x', '**/y', true);
    // Anything may lie below a path that is no folder now.
    assertOverlap('**/*.ts', 'src/a.js', true);
  });

  it('brackets are literal, and a real name with a wildcard has itself in common', () => {
    assertOverlap('pages/[id].tsx', 'pages/[id].tsx', true);
    assertOverlap('pages/[id].tsx', 'pages/i.tsx', false);
    assertOverlap('pages/*.tsx', 'pages/[id].tsx', true);
    assertOverlap('a*', 'a*', true);
    assertOverlap('what?', 'what?', true);
  });

  it('one character is one also outside the basic plane or with marks that have no composed form', () => {
    assertOverlap('?.ts', '😀.ts', true);
    assertOverlap('?.ts', 'é.ts', true);
    assertOverlap('?.ts', 'g\u0303\u0323.ts', true);
    assertOverlap('?.ts', lockKey('İ.ts', { isCaseInsensitive: true, isWindows: false }), true);
    assertOverlap('??.ts', '😀.ts', false);
    // A mark may count as a character of its own as well.
    assertOverlap('??.ts', 'g\u0303.ts', true);
    assertOverlap('??.ts', '?.ts', true);
  });

  it('absurd patterns are compared at once', () => {
    const many = `${'*a'.repeat(16)}b`;
    const long = 'a'.repeat(254);
    assertOverlap(many, `${long}c`, false);
    assertOverlap(many, `${'?a'.repeat(8)}${'a'.repeat(200)}*`, true);
    const deep = Array.from({ length: 500 }, () => 'a').join('/');
    assertOverlap(`${'**/'.repeat(15)}b`, deep, true);
    assertOverlap(`${deep}/*x*`, `${deep}/*y*`, true);
    assert.equal(covers(`${'**/'.repeat(8)}b`, `${deep}/**/*/**/*`), false);
  });

  it('agrees with trying all short paths, and is symmetric', () => {
    fc.assert(
      fc.property(anyKey(), anyKey(), (a, b) => {
        const coveredByB = pathsCoveredBy(b);
        assertOverlap(
          a,
          b,
          [...pathsCoveredBy(a)].some((path) => coveredByB.has(path)),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('within a segment it agrees with trying all short names', () => {
    fc.assert(
      fc.property(anySegment(6), anySegment(6), (a, b) => {
        const [one, other] = [patternOf(a), patternOf(b)];
        const isFound = shortNames.some((name) => one.test(name) && other.test(name));
        // The shortest common name is no longer than both patterns together.
        if (isFound) assertOverlap(a, b, true);
        else if (a.length + b.length <= maxNameLength) assertOverlap(a, b, false);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('covers', () => {
  function assertCovers(outer: string, inner: string, isExpected: boolean): void {
    assert.equal(covers(outer, inner), isExpected, `${outer} covers ${inner}`);
  }

  it('a path covers itself and what lies below', () => {
    assertCovers('src', 'src', true);
    assertCovers('src', 'src/a/b.ts', true);
    assertCovers('src', 'src/*/b.ts', true);
    assertCovers('.', '**/x', true);
    assertCovers('src/a', 'src', false);
    assertCovers('src', 'srcx', false);
    assertCovers('src', '.', false);
  });

  it('a glob covers what certainly matches it', () => {
    assertCovers('src/*.ts', 'src/a.ts', true);
    assertCovers('src/*', 'src/a/b', true);
    assertCovers('src/*', 'src', false);
    assertCovers('*.ts', 'a*.ts', true);
    assertCovers('a*.ts', '*.ts', false);
    assertCovers('?', '??', false);
    assertCovers('a?', 'a?', true);
    assertCovers('a?', 'a*', false);
    assertCovers('*a*', '?a*', true);
    assertCovers('src/**/*.ts', 'src/a/b.ts', true);
    assertCovers('src/**/*.ts', 'src/*/*.ts', true);
    assertCovers('src/**/*.ts', 'src/**/a.ts', true);
    assertCovers('src/*/*.ts', 'src/**/*.ts', false);
    assertCovers('*', '**/x', true);
    assertCovers('*/*', '**/x/y', true);
    assertCovers('*/*', '**/x', false);
    assertCovers('?.ts', 'g\u0303.ts', true);
    assertCovers('?.ts', '?\u0303.ts', true);
  });

  it('is never true wrongly, and what is covered has something in common', () => {
    fc.assert(
      fc.property(anyKey(), anyKey(), (outer, inner) => {
        assert.ok(covers(outer, outer));
        if (!covers(outer, inner)) return;
        assert.ok(overlaps(outer, inner));
        const coveredByOuter = pathsCoveredBy(outer);
        for (const path of pathsCoveredBy(inner)) {
          assert.ok(coveredByOuter.has(path), `${path} in ${inner}`);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('within a segment it is never true wrongly', () => {
    fc.assert(
      fc.property(anySegment(4), anySegment(4), (outer, inner) => {
        if (!covers(outer, inner)) return;
        const [around, within] = [patternOf(outer), patternOf(inner)];
        for (const name of shortNames) {
          if (within.test(name)) assert.ok(around.test(name), `${name} of ${inner} in ${outer}`);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('it is true for every path that a glob matches', () => {
    fc.assert(
      fc.property(anyKey(), fc.constantFrom(...shortPaths), (outer, path) => {
        assert.equal(covers(outer, path), isCoveredBy(path, outer), `${outer} covers ${path}`);
      }),
      { numRuns: 2000 },
    );
  });
});

const maxNameLength = 6;
/** All names of one to six of three characters; one of them is a mark. */
const shortNames = allTexts(['a', 'b', '\u0301'], maxNameLength);
/** All paths of one to five of four names. */
const shortPaths = allTexts(['a', 'b', 'ab', 'a\u0301'], 5, '/');

function allTexts(pieces: readonly string[], maxLength: number, joint = ''): readonly string[] {
  let longest: readonly string[] = pieces;
  const all = [...longest];
  for (let length = 2; length <= maxLength; length += 1) {
    longest = longest.flatMap((text) => pieces.map((piece) => text + joint + piece));
    all.push(...longest);
  }
  return all;
}

function anySegment(maxLength: number): fc.Arbitrary<string> {
  return fc
    .array(fc.constantFrom('a', 'b', '\u0301', '*', '?'), { minLength: 1, maxLength })
    .map((characters) => characters.join(''))
    .filter((segment) => segment !== '**');
}

/** Few segments, so that whatever two of them have in common is found among the short paths. */
function anyKey(): fc.Arbitrary<string> {
  const segment = fc.constantFrom('a', 'b', 'ab', '*', '**', '?', 'a*', '*b', '??', '?b', 'a?');
  return fc.array(segment, { maxLength: 3 }).map((segments) => segments.join('/') || '.');
}

const coveredPaths = new Map<string, ReadonlySet<string>>();

function pathsCoveredBy(key: string): ReadonlySet<string> {
  const known = coveredPaths.get(key);
  if (known) return known;
  const covered = new Set(shortPaths.filter((path) => isCoveredBy(path, key)));
  coveredPaths.set(key, covered);
  return covered;
}

/** The meaning of a key, told as simply as possible: some beginning of the path matches it. */
function isCoveredBy(path: string, key: string): boolean {
  if (key === '.') return true;
  const names = path.split('/');
  const pattern = key.split('/');
  return [0, ...names.keys(), names.length].some((end) => matchesAll(names.slice(0, end), pattern));
}

function matchesAll(names: readonly string[], pattern: readonly string[]): boolean {
  const [segment, ...rest] = pattern;
  const [name, ...others] = names;
  if (segment === undefined) return name === undefined;
  if (segment === '**') {
    return matchesAll(names, rest) || (name !== undefined && matchesAll(others, pattern));
  }
  return name !== undefined && patternOf(segment).test(name) && matchesAll(others, rest);
}

const patterns = new Map<string, RegExp>();

function patternOf(segment: string): RegExp {
  const known = patterns.get(segment);
  if (known) return known;
  const source = segment
    .replaceAll(/\*+/g, '*')
    .replaceAll(/[*?]/g, (wildcard) => (wildcard === '*' ? '.*' : '.\\p{M}*'));
  const pattern = new RegExp(`^${source}$`, 'su');
  patterns.set(segment, pattern);
  return pattern;
}
