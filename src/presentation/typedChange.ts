/** A place in a text, both counted from 0. */
export interface TextPlace {
  readonly line: number;
  readonly character: number;
}

/** A piece of text that was replaced. */
export interface TextChange {
  readonly start: TextPlace;
  readonly end: TextPlace;
  readonly text: string;
}

/**
 * True when the cursor, moved by the keyboard just after some changes, stands where one of them was
 * made: on a line that it touched, as it then is.
 */
export function isCursorAtChange(changes: readonly TextChange[], cursor: TextPlace): boolean {
  // In order, so that very many, as of replacing everywhere, cost no more than one look at each.
  const inOrder = changes.toSorted((a, b) => a.start.line - b.start.line);
  // Changes above in the same event shift those below; those on the same line do not shift each other.
  let [line, shift, shiftOfLine] = [-1, 0, 0];
  for (const { start, end, text } of inOrder) {
    if (start.line !== line) [line, shift, shiftOfLine] = [start.line, shift + shiftOfLine, 0];
    const added = lineBreaks(text);
    const first = start.line + shift;
    const last = first + Math.max(added, end.line > start.line ? 1 : 0);
    if (cursor.line >= first && cursor.line <= last) return true;
    shiftOfLine += added - (end.line - start.line);
  }
  return false;
}

/**
 * True for what the Delete key does: it removes text after the cursor, which stays where it was, so
 * that nothing tells of a moved one.
 */
export function isForwardDelete(changes: readonly TextChange[], cursor: TextPlace): boolean {
  const [only] = changes;
  if (changes.length !== 1 || only?.text !== '') return false;
  return only.start.line === cursor.line && only.start.character === cursor.character;
}

function lineBreaks(text: string): number {
  return text.split('\n').length - 1;
}
