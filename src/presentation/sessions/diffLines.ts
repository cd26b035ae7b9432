import { lineDiff, textLines, type LineChange } from '../../base/lineDiff.ts';
import { toPlainBlock } from '../plainText.ts';

/** A line of a difference. `gap` stands for lines that are equal and not shown. */
export interface DiffLine {
  readonly sign: LineChange['sign'] | 'gap';
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
  const all = lineDiff(textLines(before ?? ''), textLines(after), { maxPairs });
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
