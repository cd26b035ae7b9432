import { afterCommentsOfLine, commaAfter, end, type JsonNode } from './jsonText.ts';

/** How a text is laid out, as far as new lines in it must follow. */
export interface JsonStyle {
  readonly indent: string;
  readonly eol: string;
}

/** What stands in a text instead of a part of it. */
interface Replacement {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** The layout of a text; two blanks and `\n` where it shows none. */
export function styleOf(text: string): JsonStyle {
  const eol = /\r\n|\n|\r/.exec(text)?.[0] ?? '\n';
  const indent = /(?:\r\n|\n|\r)([ \t]+)["{[\]}]/.exec(text)?.[1] ?? '  ';
  return { indent, eol };
}

/** Adds `"key": value` behind everything that is in the object. */
export function addProperty(
  text: string,
  object: JsonNode,
  { key, value }: { readonly key: string; readonly value: unknown },
): string {
  return addChild(text, object, (layout) => `${JSON.stringify(key)}: ${printed(value, layout)}`);
}

/** Adds an element behind all that are in the array. */
export function addElement(text: string, array: JsonNode, value: unknown): string {
  return addChild(text, array, (layout) => printed(value, layout));
}

/**
 * Removes an element or a property with its comma, and the lines on which it stands alone. Everything
 * else stays as it is.
 */
export function removeChild(text: string, parent: JsonNode, child: JsonNode): string {
  const children = parent.children ?? [];
  const index = children.indexOf(child);
  const ownComma = commaAfter(text, child);
  const previous = children[index - 1];
  const until = ownComma === undefined ? end(child) : ownComma + 1;
  const inside = { from: parent.offset + 1, to: end(parent) - 1 };
  const besides = text.slice(inside.from, child.offset) + text.slice(until, inside.to);
  if (besides.trim() === '') return replaced(text, [{ ...inside, text: '' }]);
  const edits: Replacement[] = [{ ...wholeLines(text, child.offset, until), text: '' }];
  if (ownComma === undefined && previous !== undefined) {
    const comma = commaAfter(text, previous);
    if (comma !== undefined) edits.push({ from: comma, to: comma + 1, text: '' });
  }
  return replaced(text, edits);
}

type Layout =
  /** On the line on which it starts. */
  | { readonly kind: 'inline' }
  | { readonly kind: 'lines'; readonly style: JsonStyle; readonly indent: string };

function addChild(text: string, parent: JsonNode, print: (layout: Layout) => string): string {
  const last = parent.children?.at(-1);
  const style = styleOf(text);
  const own = indentAt(text, parent.offset);
  if (last === undefined) {
    return addFirst(text, parent, { style, own, print });
  }
  if (!/[\r\n]/.test(text.slice(parent.offset, last.offset))) {
    const comma = commaAfter(text, last);
    const place = comma === undefined ? end(last) : comma + 1;
    const gap = /^[,{[]\s/.test(text.slice(parent.offset)) || text.includes(', ') ? ' ' : '';
    const added = print({ kind: 'inline' });
    const entry = comma === undefined ? `,${gap}${added}` : `${gap}${added},`;
    return replaced(text, [{ from: place, to: place, text: entry }]);
  }
  const indent = indentAt(text, last.offset);
  const comma = commaAfter(text, last);
  const place = afterCommentsOfLine(text, comma === undefined ? end(last) : comma + 1);
  const added = print({ kind: 'lines', style, indent });
  // A comma behind the last one is this file's manner.
  if (comma !== undefined) {
    return replaced(text, [{ from: place, to: place, text: `${style.eol}${indent}${added},` }]);
  }
  return replaced(text, [
    { from: end(last), to: end(last), text: ',' },
    { from: place, to: place, text: `${style.eol}${indent}${added}` },
  ]);
}

interface FirstChild {
  readonly style: JsonStyle;
  readonly own: string;
  readonly print: (layout: Layout) => string;
}

function addFirst(text: string, parent: JsonNode, { style, own, print }: FirstChild): string {
  const from = parent.offset + 1;
  const to = end(parent) - 1;
  const inside = text.slice(from, to).trimEnd();
  const indent = own + style.indent;
  const added = print({ kind: 'lines', style, indent });
  const entry = `${inside}${style.eol}${indent}${added}${style.eol}${own}`;
  return replaced(text, [{ from, to, text: entry }]);
}

function printed(value: unknown, layout: Layout): string {
  if (layout.kind === 'inline') return JSON.stringify(value);
  const { style, indent } = layout;
  return JSON.stringify(value, null, style.indent).replaceAll('\n', `${style.eol}${indent}`);
}

/** The blanks with which the line of a place begins. */
function indentAt(text: string, offset: number): string {
  const start = lineStart(text, offset);
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? '';
}

function lineStart(text: string, offset: number): number {
  return Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1;
}

/** A part of a text, widened to its lines if nothing else is on them, else with the blanks behind it. */
function wholeLines(
  text: string,
  from: number,
  until: number,
): { readonly from: number; readonly to: number } {
  const start = lineStart(text, from);
  const before = text.slice(start, from);
  const behind = /^[ \t]*(\r\n|\n|\r)?/.exec(text.slice(until));
  if (/^[ \t]*$/.test(before) && start > 0 && behind?.[1] !== undefined) {
    return { from: start, to: until + behind[0].length };
  }
  // Inline: the blanks before it go where it is the last one, those behind it else.
  const isLast = /^[ \t]*[\]}]/.test(text.slice(until));
  if (isLast) return { from: from - (/[ \t]*$/.exec(before)?.[0].length ?? 0), to: until };
  return { from, to: until + (/^[ \t]*/.exec(text.slice(until))?.[0].length ?? 0) };
}

function replaced(text: string, edits: readonly Replacement[]): string {
  let result = text;
  // From behind, so that places stay right; of two at one place the later comes behind the earlier.
  for (const edit of edits.toReversed().toSorted((a, b) => b.from - a.from)) {
    result = result.slice(0, edit.from) + edit.text + result.slice(edit.to);
  }
  return result;
}
