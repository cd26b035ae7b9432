/** The command in the sentence with which a preset says how a person logs in; undefined for none. */
export function logInCommand(sentence: string): string | undefined {
  return /^Run "([^"]+)" in a terminal\b/.exec(sentence)?.[1];
}
