/** How a piece of text is meant; a terminal shows it as a colour, everything else not at all. */
export type Tone = 'strong' | 'faint' | 'good' | 'bad' | 'doubtful';

export interface Span {
  readonly text: string;
  readonly tone?: Tone | undefined;
}

/** One line for people. Plain text is a line without tones. */
export type TextLine = string | readonly Span[];

const gap = '  ';

/** Lines whose cells stand in columns. The last column is not filled up. */
export function alignColumns(rows: readonly (readonly Span[])[]): readonly TextLine[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, displayWidth(cell.text))));
  }
  return rows.map((row) =>
    row.flatMap((cell, i) => {
      if (i === row.length - 1) return [cell];
      const missing = (widths[i] ?? 0) - displayWidth(cell.text);
      return [cell, { text: ' '.repeat(missing) + gap }];
    }),
  );
}

/** Pictures and the scripts of East Asia take two cells of a terminal. */
const wideCharacters =
  /^(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}])/u;

/** How many cells of a terminal a text takes, as well as can be told without asking the terminal. */
export function displayWidth(text: string): number {
  if (/^[\u0020-\u007e]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of new Intl.Segmenter('en').segment(text)) {
    width += wideCharacters.test(segment) ? 2 : 1;
  }
  return width;
}
