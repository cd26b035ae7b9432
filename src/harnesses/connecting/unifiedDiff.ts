/** How many equal lines are shown around what differs. */
const contextLines = 3;
/** Beyond so many pairs of lines the middle is shown as replaced as a whole. */
const maxPairs = 4_000_000;

interface DiffLine {
  readonly sign: ' ' | '-' | '+';
  readonly text: string;
}

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
  const lines = comparedLines(toLines(before), toLines(after));
  const from = before === undefined ? '/dev/null' : `a/${file}`;
  const to = after === undefined ? '/dev/null' : `b/${file}`;
  return [`--- ${from}`, `+++ ${to}`, ...hunks(lines)];
}

/** The lines of a text; the last one says so when no line break ends it. */
function toLines(text: string | undefined): readonly string[] {
  if (text === undefined || text === '') return [];
  const lines = text.split('\n').map((line) => line.replace(/\r$/, ''));
  if (lines.at(-1) === '') return lines.slice(0, -1);
  return [...lines, '\\ No newline at end of file'];
}

function comparedLines(a: readonly string[], b: readonly string[]): readonly DiffLine[] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  const most = Math.min(a.length, b.length) - start;
  while (end < most && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  const same = (lines: readonly string[]): readonly DiffLine[] =>
    lines.map((text) => ({ sign: ' ', text }));
  return [
    ...same(a.slice(0, start)),
    ...middle(a.slice(start, a.length - end), b.slice(start, b.length - end)),
    ...same(a.slice(a.length - end)),
  ];
}

/** By the longest common sequence of lines. */
function middle(a: readonly string[], b: readonly string[]): readonly DiffLine[] {
  const removed: readonly DiffLine[] = a.map((text) => ({ sign: '-', text }));
  const added: readonly DiffLine[] = b.map((text) => ({ sign: '+', text }));
  if (a.length * b.length > maxPairs) return [...removed, ...added];
  const width = b.length + 1;
  const lengths = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number): number => lengths[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const isSame = a[i] === b[j];
      lengths[i * width + j] = isSame ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const text = a[i] ?? '';
    if (text === b[j]) {
      lines.push({ sign: ' ', text });
      i += 1;
      j += 1;
    } else if (at(i + 1, j) >= at(i, j + 1)) {
      lines.push({ sign: '-', text });
      i += 1;
    } else {
      lines.push({ sign: '+', text: b[j] ?? '' });
      j += 1;
    }
  }
  return [...lines, ...removed.slice(i), ...added.slice(j)];
}

function hunks(lines: readonly DiffLine[]): readonly string[] {
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
