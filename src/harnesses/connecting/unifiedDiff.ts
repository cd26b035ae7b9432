import { lineDiff, textLines, type LineChange } from '../../base/lineDiff.ts';

/** How many equal lines are shown around what differs. */
const contextLines = 3;
/** Beyond so many pairs of lines the middle is shown as replaced as a whole. */
const maxPairs = 4_000_000;

/**
 * The difference of two texts as `diff -u` shows it, in lines; empty for equal texts. A text that does
 * not exist is shown as `/dev/null`.
 */
export function unifiedDiff(
  file: string,
  before: string | undefined,
  after: string | undefined,
): readonly string[] {
  if (before === after) return [];
  const lines = lineDiff(toLines(before), toLines(after), { maxPairs });
  const from = before === undefined ? '/dev/null' : `a/${file}`;
  const to = after === undefined ? '/dev/null' : `b/${file}`;
  return [`--- ${from}`, `+++ ${to}`, ...hunks(lines)];
}

/** The lines of a text; the last one says so when no line break ends it. */
function toLines(text: string | undefined): readonly string[] {
  const lines = textLines(text ?? '');
  return lines.length === 0 || text?.endsWith('\n') === true
    ? lines
    : [...lines, '\\ No newline at end of file'];
}

function hunks(lines: readonly LineChange[]): readonly string[] {
  const shown = lines.map((_line, i) =>
    lines
      .slice(Math.max(0, i - contextLines), i + contextLines + 1)
      .some(({ sign }) => sign !== ' '),
  );
  const result: string[] = [];
  let before = 1;
  let after = 1;
  for (let i = 0; i < lines.length;) {
    let to = i;
    while (to < lines.length && shown[to] === shown[i]) to += 1;
    const part = lines.slice(i, to);
    const counts = {
      before: part.filter(({ sign }) => sign !== '+').length,
      after: part.filter(({ sign }) => sign !== '-').length,
    };
    if (shown[i] === true) {
      result.push(`@@ -${range(before, counts.before)} +${range(after, counts.after)} @@`);
      result.push(...part.map(({ sign, text }) => (text.startsWith('\\ ') ? text : sign + text)));
    }
    before += counts.before;
    after += counts.after;
    i = to;
  }
  return result;
}

function range(start: number, count: number): string {
  return count === 0 ? `${start - 1},0` : `${start},${count}`;
}
