/** What must be replaced to get from one text to another, as offsets into the first. */
export interface MinimalEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** One replacement that leaves as much as possible at both ends, so that cursors stay; undefined for none. */
export function minimalEdit(before: string, after: string): MinimalEdit | undefined {
  if (before === after) return undefined;
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start += 1;
  let rest = 0;
  while (
    rest < most - start &&
    before[before.length - 1 - rest] === after[after.length - 1 - rest]
  ) {
    rest += 1;
  }
  // Neither half of a surrogate pair nor of a line end is left alone.
  while (start > 0 && isFirstHalf(before[start - 1])) start -= 1;
  while (rest > 0 && isCutAt(before, rest, after)) rest -= 1;
  return {
    start,
    end: before.length - rest,
    text: after.slice(start, after.length - rest),
  };
}

function isFirstHalf(character: string | undefined): boolean {
  return character !== undefined && /[\ud800-\udbff\r]/.test(character);
}

/** Whether the end that stays begins in the middle of something, in one of the texts. */
function isCutAt(before: string, rest: number, after: string): boolean {
  const first = before[before.length - rest] ?? '';
  if (first !== '\n') return /[\udc00-\udfff]/.test(first);
  return before[before.length - rest - 1] === '\r' || after[after.length - rest - 1] === '\r';
}
