import { toPlainBlock } from '../plainText.ts';

/** A line of a difference. `gap` stands for lines that are equal and not shown. */
export interface DiffLine {
  readonly sign: ' ' | '-' | '+' | 'gap';
  readonly text: string;
}

/** The difference of two texts, ready to be shown. */
export interface ShownDiff {
  readonly lines: readonly DiffLine[];
  readonly added: number;
  readonly removed: number;
  /** Lines that are not among those, because there are too many. */
  readonly more: number;
}

/** How many equal lines are shown around what differs. */
const contextLines = 3;
/** Beyond so many pairs of lines the middle is shown as replaced as a whole. */
const maxPairs = 250_000;
const maxLineLength = 2000;

/** By lines. A text that did not exist is undefined. */
export function diffLines(
  before: string | undefined,
  after: string,
  { maxLines = 400 }: { readonly maxLines?: number } = {},
): ShownDiff {
  const all = compared(toLines(before ?? ''), toLines(after));
  const lines = nearChanges(all);
  return {
    lines: lines.slice(0, maxLines).map(({ sign, text }) => ({ sign, text: plain(text) })),
    added: all.filter(({ sign }) => sign === '+').length,
    removed: all.filter(({ sign }) => sign === '-').length,
    more: Math.max(0, lines.length - maxLines),
  };
}

/** `+3 −1`, without a side that has none; `±0` for texts that are equal. */
export function diffSummary({ added, removed }: Pick<ShownDiff, 'added' | 'removed'>): string {
  const parts = [added > 0 && `+${added}`, removed > 0 && `−${removed}`];
  return parts.filter((part) => part !== false).join(' ') || '±0';
}

function plain(text: string): string {
  const cut = text.length > maxLineLength ? `${text.slice(0, maxLineLength)}…` : text;
  return toPlainBlock(cut);
}

function toLines(text: string): readonly string[] {
  if (text === '') return [];
  const lines = text.split('\n').map((line) => line.replace(/\r$/, ''));
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

function compared(a: readonly string[], b: readonly string[]): readonly DiffLine[] {
  const most = Math.min(a.length, b.length);
  let start = 0;
  while (start < most && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < most - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  return [
    ...signed(' ', a.slice(0, start)),
    ...middle(a.slice(start, a.length - end), b.slice(start, b.length - end)),
    ...signed(' ', a.slice(a.length - end)),
  ];
}

function signed(sign: DiffLine['sign'], lines: readonly string[]): readonly DiffLine[] {
  return lines.map((text) => ({ sign, text }));
}

/** By the longest common sequence of lines. */
function middle(a: readonly string[], b: readonly string[]): readonly DiffLine[] {
  if (a.length * b.length > maxPairs) return [...signed('-', a), ...signed('+', b)];
  const common = commonLengths(a, b);
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      lines.push({ sign: ' ', text: a[i] ?? '' });
      i += 1;
      j += 1;
    } else if (common(i + 1, j) >= common(i, j + 1)) {
      lines.push({ sign: '-', text: a[i] ?? '' });
      i += 1;
    } else {
      lines.push({ sign: '+', text: b[j] ?? '' });
      j += 1;
    }
  }
  return [...lines, ...signed('-', a.slice(i)), ...signed('+', b.slice(j))];
}

/** How many lines are common from a line of each on. */
function commonLengths(
  a: readonly string[],
  b: readonly string[],
): (i: number, j: number) => number {
  const width = b.length + 1;
  const lengths = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number): number => lengths[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const isSame = a[i] === b[j];
      lengths[i * width + j] = isSame ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  return at;
}

function nearChanges(lines: readonly DiffLine[]): readonly DiffLine[] {
  const isNear = new Uint8Array(lines.length);
  for (const [i, { sign }] of lines.entries()) {
    if (sign !== ' ') isNear.fill(1, Math.max(0, i - contextLines), i + contextLines + 1);
  }
  const shown: DiffLine[] = [];
  for (const [i, line] of lines.entries()) {
    if (isNear[i] === 1) shown.push(line);
    else if (shown.length > 0 && shown.at(-1)?.sign !== 'gap')
      shown.push({ sign: 'gap', text: '' });
  }
  return shown.at(-1)?.sign === 'gap' ? shown.slice(0, -1) : shown;
}
