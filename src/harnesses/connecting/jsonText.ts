import { parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser';

export type JsonNode = Node;

export type ParsedJson =
  | { readonly kind: 'tree'; readonly root: JsonNode }
  | {
      readonly kind: 'broken';
      readonly line: number;
      readonly column: number;
      readonly what: string;
    };

/** Parses JSON that may have comments and trailing commas, with the place of everything in it. */
export function parseJsonText(text: string): ParsedJson {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  const [error] = errors;
  if (root !== undefined && error === undefined) return { kind: 'tree', root };
  const offset = error?.offset ?? 0;
  const before = text.slice(0, offset).split(/\r\n|\r|\n/);
  return {
    kind: 'broken',
    line: before.length,
    column: (before.at(-1)?.length ?? 0) + 1,
    what: error === undefined ? 'ValueExpected' : printParseErrorCode(error.error),
  };
}

/** The node of a key; the last one where a key is there twice, as JSON readers take it. */
export function property(object: JsonNode, key: string): JsonNode | undefined {
  return properties(object, key).at(-1)?.children?.[1];
}

export function properties(object: JsonNode, key: string): readonly JsonNode[] {
  return (object.children ?? []).filter((each) => each.children?.[0]?.value === key);
}

/** Where the comma behind a value is, comments between them passed; undefined without one. */
export function commaAfter(text: string, node: JsonNode): number | undefined {
  const between = /(?:\s|\/\/[^\r\n]*|\/\*[\s\S]*?\*\/)*/y;
  between.lastIndex = end(node);
  between.exec(text);
  return text[between.lastIndex] === ',' ? between.lastIndex : undefined;
}

export function end(node: JsonNode): number {
  return node.offset + node.length;
}

/** Where the comments end that stand behind a place on its line; the place itself without any. */
export function afterCommentsOfLine(text: string, from: number): number {
  const comments = /(?:[ \t]*(?:\/\/[^\r\n]*|\/\*(?:(?!\*\/)[^\r\n])*\*\/))*/y;
  comments.lastIndex = from;
  comments.exec(text);
  return comments.lastIndex;
}
