/**
 * Text from outside (entries, file names, agents) is shown, never obeyed. These functions make it
 * harmless for one kind of surface each; every surface uses the one that is named for it.
 */

/** C0 and C1 controls, DEL, line separators, bidirectional overrides and zero-width formatting. */
const unsafeCharacters =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** Longest text of one field in a row, a message or a terminal line. */
const defaultMaxLength = 200;

/**
 * One line without characters that control a terminal or the direction of text: white space becomes
 * one space, everything else that is unsafe becomes its code point in angle brackets.
 */
export function toPlainLine(text: string, maxLength = defaultMaxLength): string {
  const visible = text
    .replace(/[\t\n\r ]+/g, ' ')
    .replace(unsafeCharacters, (char) => `⟨${codePointName(char)}⟩`)
    .trim();
  return shorten(visible, maxLength);
}

/** Keeps line breaks and tabs; everything else as in `toPlainLine`, and nothing is cut. */
export function toPlainBlock(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) =>
      line.replace(unsafeCharacters, (char) => (char === '\t' ? char : `⟨${codePointName(char)}⟩`)),
    )
    .join('\n');
}

/** For quick picks and other labels in which `$(name)` would become an icon. */
export function toPickText(text: string, maxLength?: number): string {
  return toPlainLine(text, maxLength).replaceAll('$(', '\\$(');
}

/**
 * For notifications and the like, which turn `[text](target)` and bare addresses into links. A
 * word joiner, which shows nothing, keeps the pattern from matching.
 */
export function toMessageText(text: string, maxLength?: number): string {
  return toPlainLine(text, maxLength)
    .replaceAll('](', ']\u2060(')
    .replaceAll('://', ':\u2060//')
    .replaceAll('$(', '$\u2060(');
}

const htmlEscapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For text and quoted attributes in HTML. */
export function toHtmlText(text: string): string {
  return toPlainBlock(text).replace(/[&<>"']/g, (char) => htmlEscapes[char] ?? char);
}

function codePointName(char: string): string {
  const code = (char.codePointAt(0) ?? 0).toString(16).toUpperCase();
  return `U+${code.padStart(4, '0')}`;
}

function shorten(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const cut = text.slice(0, maxLength - 1);
  // Do not leave half of a character that takes two code units.
  return `${/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}
