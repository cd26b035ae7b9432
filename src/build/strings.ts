import { readdirSync, readFileSync, writeFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What translators start from: every text that the product passes through a translate function. */
export const stringsFile = 'media/l10n/bundle.l10n.json';

const call = /\b(?:t|l10n\.t|translate)\(\s*('(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")/g;

/** The texts of `t('…')` and `vscode.l10n.t('…')` in the sources, each mapped to itself. */
export function collectStrings(): Readonly<Record<string, string>> {
  const texts = ['src/presentation', 'src/extension'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .flatMap((name) => stringsIn(readFileSync(join(folder, name), 'utf8'))),
  );
  return Object.fromEntries([...new Set(texts)].sort().map((text) => [text, text]));
}

export function stringsText(): string {
  return `${JSON.stringify(collectStrings(), null, 2)}\n`;
}

function stringsIn(source: string): readonly string[] {
  return [...source.matchAll(call)].map(([, literal = '']) =>
    literal.slice(1, -1).replace(/\\(.)/g, '$1'),
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  mkdirSync(dirname(stringsFile), { recursive: true });
  writeFileSync(stringsFile, stringsText());
}
