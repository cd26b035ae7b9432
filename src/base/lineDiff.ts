/** A line of the difference of two texts. */
export interface LineChange {
  readonly sign: ' ' | '-' | '+';
  readonly text: string;
}

/** The lines of a text without their ends; `\n` and `\r\n` end a line. */
export function textLines(text: string): readonly string[] {
  if (text === '') return [];
  const lines = text.split('\n').map((line) => line.replace(/\r$/, ''));
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

/**
 * The difference of two lists of lines by their longest common sequence: all lines of both, those that
 * both have once. Beyond `maxPairs` pairs of lines between the equal beginning and the equal end, what is
 * there is replaced as a whole, so that memory and time are bounded (4 bytes and one step for each pair).
 */
export function lineDiff(
  a: readonly string[],
  b: readonly string[],
  { maxPairs }: { readonly maxPairs: number },
): readonly LineChange[] {
  const most = Math.min(a.length, b.length);
  let start = 0;
  while (start < most && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < most - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  const [from, to] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  return [
    ...signed(' ', a.slice(0, start)),
    ...(from.length * to.length > maxPairs
      ? [...signed('-', from), ...signed('+', to)]
      : longestCommon(from, to)),
    ...signed(' ', a.slice(a.length - end)),
  ];
}

function signed(sign: LineChange['sign'], lines: readonly string[]): readonly LineChange[] {
  return lines.map((text) => ({ sign, text }));
}

function longestCommon(a: readonly string[], b: readonly string[]): readonly LineChange[] {
  const common = commonLengths(a, b);
  const lines: LineChange[] = [];
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
