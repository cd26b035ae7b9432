const maxLength = 10_000;

/**
 * The simple commands of a command line, each as its words without quotes: split at pipes, `&&`, `;`,
 * `&` and line ends. It covers what people type in sh, PowerShell and cmd; it is no shell, so words
 * that a shell would compute stay as they are. Only the first 10 000 characters count.
 */
export function shellCommands(line: string): readonly (readonly string[])[] {
  const commands: string[][] = [];
  let words: string[] = [];
  let word: string | undefined;
  const endWord = (): void => {
    if (word !== undefined) words.push(word);
    word = undefined;
  };
  for (const token of tokens(line.slice(0, maxLength))) {
    if (token.kind === 'text') {
      word = (word ?? '') + token.text;
      continue;
    }
    endWord();
    if (token.kind === 'space') continue;
    if (words.length > 0) commands.push(words);
    words = [];
  }
  endWord();
  return words.length > 0 ? [...commands, words] : commands;
}

type Token =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'space' }
  | { readonly kind: 'end' };

const pattern =
  /(?<single>'[^']*'?)|(?<double>"(?:[^"\\]|\\[\s\S])*"?)|(?<comment>(?<![^\s;&|])#[^\n]*)|(?<redirection>\d*(?:>>?|<)&?\d*)|(?<end>[\n;|&(){}]+)|(?<space>[^\S\n]+)|(?<escape>\\[^A-Za-z0-9.])|(?<text>[^'"\n;|&(){}\s\\<>]+|[\s\S])/g;

function* tokens(line: string): Generator<Token> {
  for (const { groups = {}, 0: whole } of line.matchAll(pattern)) {
    const { single, double, escape, end, space, comment, redirection } = groups;
    if (single !== undefined) yield { kind: 'text', text: single.replace(/^'|'$/g, '') };
    else if (double !== undefined) yield { kind: 'text', text: withoutDoubleQuotes(double) };
    else if (end !== undefined) yield { kind: 'end' };
    else if (space !== undefined) yield { kind: 'space' };
    else if (comment !== undefined || redirection !== undefined) yield { kind: 'space' };
    // At the end of a line it joins the next one.
    else if (escape !== undefined)
      yield escape === '\\\n' ? { kind: 'space' } : { kind: 'text', text: escape.slice(1) };
    else yield { kind: 'text', text: whole };
  }
}

function withoutDoubleQuotes(quoted: string): string {
  // A backslash before anything else is a part of a Windows path.
  return quoted.replace(/^"|(?<!\\)"$/g, '').replace(/\\(["\\$`])/g, '$1');
}
