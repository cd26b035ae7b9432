/** A part of a file that somebody has selected. Lines count from 1. */
export interface SelectedText {
  readonly path: string;
  readonly text: string;
  readonly firstLine: number;
  readonly lastLine: number;
}

/** Longer selections are named and not quoted. */
const maxQuoted = 20_000;

/** The prompt with what it is about, in a fence that the text cannot end. */
export function withSelection(prompt: string, selection: SelectedText | undefined): string {
  if (selection === undefined) return prompt;
  const { path, text, firstLine, lastLine } = selection;
  const lines = firstLine === lastLine ? `line ${firstLine}` : `lines ${firstLine} to ${lastLine}`;
  const about = `${prompt}\n\nThis is about ${lines} of ${path}`;
  if (text.length > maxQuoted) return `${about}.`;
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${about}:\n\n${fence}\n${text.replace(/\r?\n$/, '')}\n${fence}`;
}
