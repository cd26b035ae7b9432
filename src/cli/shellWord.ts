import { toPlainLine } from '../presentation/plainText.ts';

/** A text as one word of a command that people may copy. */
export function shellWord(text: string): string {
  const plain = toPlainLine(text, 1000);
  return /^[\w@%+=:,./-]+$/.test(plain) ? plain : `'${plain.replaceAll("'", `'\\''`)}'`;
}
