/** A field of the files that describe agents, as their schema has it. */
export interface SpecField {
  readonly name: string;
  readonly description: string;
  /** What it may be; empty when anything may be. */
  readonly values: readonly SpecValue[];
}

/** One of the values that a field may have. */
export interface SpecValue {
  readonly value: string;
  readonly description: string;
}

/** What can be named in a file at one moment. */
export interface SpecNames {
  /** The coding agents that there are. */
  readonly agents: readonly SpecValue[];
  /** The other agents of the checkout. */
  readonly peers: readonly SpecValue[];
}

/** Something that can be put in at the cursor. */
export interface SpecCompletion {
  readonly kind: 'field' | 'value';
  readonly label: string;
  readonly description: string;
  /** A snippet of the editor: `$1` is where the cursor goes, `\$` is a dollar sign. */
  readonly snippet: string;
  /** How many characters before the cursor it takes the place of. */
  readonly replaces: number;
}

const fieldSnippets: Readonly<Record<string, string>> = {
  agent: 'agent = "$1"',
  display_name: 'display_name = "$1"',
  addressability: 'addressability = "$1"',
  instructions: 'instructions = """\n$1\n"""',
  labels: '[labels]\n$1',
  context: '[context]\n$1',
  peers: 'peers = ["$1"]',
};

/** The fields that a JSON schema describes. Empty for anything else. */
export function specFieldsOf(schema: unknown): readonly SpecField[] {
  return Object.entries(tableOf(tableOf(schema).properties)).map(([name, value]) => {
    const { description, enum: words, 'x-taplo': more } = tableOf(value);
    const docs = tableOf(tableOf(more).docs).enumValues;
    const texts = Array.isArray(docs) ? (docs as readonly unknown[]) : [];
    const values = Array.isArray(words) ? words.map(String) : [];
    return {
      name,
      description: textOf(description),
      values: values.map((each, i) => ({ value: each, description: textOf(texts[i]) })),
    };
  });
}

/** What can be put in after a text; the cursor is at its end. */
export function specCompletions(
  before: string,
  { fields, names }: { readonly fields: readonly SpecField[]; readonly names: SpecNames },
): readonly SpecCompletion[] {
  if (isInLongText(before)) return [];
  const line = before.slice(before.lastIndexOf('\n') + 1);
  if (line.includes('#') && !/["'][^"']*#[^"']*$/.test(line)) return [];
  const peers = peersBefore(before);
  if (peers !== undefined) return peerCompletions(line, peers, names.peers);
  const table = /^[ \t]*\[([^[\]\n]*)\]/m.test(before);
  if (table) return [];
  const value = /^\s*([\w-]+)\s*=\s*("?)([^"]*)$/.exec(line);
  if (value) return valueCompletions(value, { fields, names });
  const key = /^\s*([\w-]*)$/.exec(line);
  return key ? fieldCompletions(before, key[1]?.length ?? 0, fields) : [];
}

/** What the schema says of the field that stands at the beginning of a line. */
export function specHover(
  line: string,
  fields: readonly SpecField[],
): { readonly field: SpecField; readonly start: number; readonly end: number } | undefined {
  const match = /^(\s*\[?\s*)([\w-]+)\s*(?:=|\])/.exec(line);
  const [, lead = '', name] = match ?? [];
  const field = fields.find((each) => each.name === name);
  return field && { field, start: lead.length, end: lead.length + field.name.length };
}

function fieldCompletions(
  before: string,
  typed: number,
  fields: readonly SpecField[],
): readonly SpecCompletion[] {
  const isSet = ({ name }: SpecField): boolean =>
    new RegExp(`^[ \\t]*${name}[ \\t]*[=.]`, 'm').test(before);
  return fields
    .filter((field) => !isSet(field))
    .map(({ name, description }) => ({
      ...{ kind: 'field', label: name, description, replaces: typed },
      snippet: fieldSnippets[name] ?? `${name} = $1`,
    }));
}

function valueCompletions(
  [, name, quote = '', typed = '']: RegExpExecArray,
  { fields, names }: { readonly fields: readonly SpecField[]; readonly names: SpecNames },
): readonly SpecCompletion[] {
  const values =
    name === 'agent' ? names.agents : (fields.find((field) => field.name === name)?.values ?? []);
  return values.map((value) => valueCompletion(value, quote, typed));
}

function peerCompletions(
  line: string,
  named: ReadonlySet<string>,
  peers: readonly SpecValue[],
): readonly SpecCompletion[] {
  const [, quote = '', typed = ''] = /("?)([\w.-]*)$/.exec(line) ?? [];
  return peers
    .filter(({ value }) => !named.has(value))
    .map((value) => valueCompletion(value, quote, typed));
}

/** In quotation marks, of which the first may be there already. */
function valueCompletion(
  { value, description }: SpecValue,
  quote: string,
  typed: string,
): SpecCompletion {
  const text = value.replace(/[\\$}]/g, '\\$&');
  return {
    ...{ kind: 'value', label: value, description, replaces: typed.length },
    snippet: quote === '' ? `"${text}"` : text,
  };
}

/** The names that a list of peers has so far; undefined outside of one. */
function peersBefore(before: string): ReadonlySet<string> | undefined {
  const list = /(?:^|\n)[ \t]*peers[ \t]*=[ \t]*\[([^\]]*)$/.exec(before)?.[1];
  if (list === undefined) return undefined;
  return new Set([...list.matchAll(/"([^"\n]*)"/g)].map(([, name = '']) => name));
}

/** Whether a text of several lines is open at the end. */
function isInLongText(before: string): boolean {
  return (before.match(/"""|'''/g)?.length ?? 0) % 2 === 1;
}

function tableOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
