import { grouped, inEnglish, type Translate } from '../agentWording.ts';
import { toPlainBlock } from '../plainText.ts';

/** A text from outside that was made harmless, and of which only the beginning is kept. */
export interface BoundedText {
  readonly text: string;
  /** How many characters came after it. */
  readonly omitted: number;
  /** The first half of something that the next piece completes. */
  readonly carry: string;
}

export const noText: BoundedText = { text: '', omitted: 0, carry: '' };

const halfAtEnd = /[\ud800-\udbff\r]$/;

/** A whole text. */
export function boundedText(text: string, maxLength: number): BoundedText {
  return appendText(noText, text, maxLength);
}

/** The text with one more piece, wherever the pieces were cut apart. */
export function appendText(before: BoundedText, piece: string, maxLength: number): BoundedText {
  const { text, omitted } = before;
  if (omitted > 0) return piece === '' ? before : { ...before, omitted: omitted + piece.length };
  const raw = before.carry + piece;
  const carry = halfAtEnd.exec(raw)?.[0] ?? '';
  const plain = toPlainBlock(raw.slice(0, raw.length - carry.length));
  const room = maxLength - text.length;
  if (plain.length <= room) return { text: text + plain, omitted: 0, carry };
  const kept = plain.slice(0, room).replace(/[\ud800-\udbff]$/, '');
  return { text: text + kept, omitted: plain.length - kept.length, carry: '' };
}

/** The text, with a remark where something is left out. */
export function shownText({ text, omitted }: BoundedText, t: Translate = inEnglish): string {
  return omitted === 0 ? text : `${text}\n${omittedText(omitted, t)}`;
}

/** That so many characters are left out. */
export function omittedText(count: number, t: Translate = inEnglish): string {
  return t('… {0} more characters are not shown', grouped(BigInt(count)));
}
