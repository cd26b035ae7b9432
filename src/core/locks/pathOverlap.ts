import { isGlob, wholeRepository } from './lockPath.ts';
import { segmentCovers, segmentsMeet } from './segmentGlob.ts';

/** The segments of a key; none for the whole repository. */
export function segmentsOf(key: string): readonly string[] {
  return key === wholeRepository ? [] : key.split('/');
}

/**
 * True when some path is covered by both keys. Each key covers everything below what it matches, so
 * `src`, `src/a.ts` and `*.ts/x` count whether or not such files exist. Symmetric.
 */
export function overlaps(a: string, b: string): boolean {
  if (a === b) return true;
  if (!isGlob(a) && !isGlob(b)) return isAtOrBelow(a, b) || isAtOrBelow(b, a);
  return segmentsOverlap(segmentsOf(a), segmentsOf(b));
}

/** As `overlaps`, for keys that are split already. */
export function segmentsOverlap(a: readonly string[], b: readonly string[]): boolean {
  for (let i = 0; ; i += 1) {
    const one = a[i];
    const other = b[i];
    // Below the end of either, and through `**` even beside it, the other finds a place to match.
    if (one === undefined || other === undefined) return true;
    if (one === '**' || other === '**') return true;
    if (!segmentsMeet(one, other)) return false;
  }
}

/**
 * True only when everything that `inner` covers is certainly covered by `outer`; may be false for
 * globs that are hard to compare.
 */
export function covers(outer: string, inner: string): boolean {
  if (outer === inner) return true;
  if (!isGlob(outer)) return isAtOrBelow(inner, outer);
  return segmentsCover(segmentsOf(outer), segmentsOf(inner));
}

function isAtOrBelow(path: string, folder: string): boolean {
  if (folder === wholeRepository || path === folder) return true;
  return path.length > folder.length && path.startsWith(folder) && path[folder.length] === '/';
}

/**
 * `covered[j]` for an `i`: whatever the inner segments from `j` on match begins with something that
 * the outer segments from `i` on match.
 */
function segmentsCover(outer: readonly string[], inner: readonly string[]): boolean {
  let next = new Array<boolean>(inner.length + 1).fill(true);
  for (const segment of outer.toReversed()) {
    const covered = new Array<boolean>(inner.length + 1).fill(false);
    for (let j = inner.length; j >= 0; j -= 1) {
      covered[j] = isCovered(segment, inner[j], {
        afterSegment: next[j] === true,
        afterInner: covered[j + 1] === true,
        afterBoth: next[j + 1] === true,
      });
    }
    next = covered;
  }
  return next[0] === true;
}

/** What is known of the shorter rests: without the outer segment, the inner one, or both. */
interface ShorterRests {
  readonly afterSegment: boolean;
  readonly afterInner: boolean;
  readonly afterBoth: boolean;
}

function isCovered(segment: string, inner: string | undefined, rests: ShorterRests): boolean {
  if (segment === '**') return rests.afterSegment || rests.afterInner;
  if (inner === undefined) return false;
  // An inner `**` may be nothing, or one segment more and `**` again.
  if (inner === '**') return rests.afterInner && segment === '*' && rests.afterSegment;
  return rests.afterBoth && segmentCovers(segment, inner);
}
