import { getNodeValue } from 'jsonc-parser';
import type { SettingsEdit, SettingsState } from '../../core/harness/connectionRecipe.ts';
import { addElement, addProperty, removeChild } from './jsonEdits.ts';
import { parseJsonText, properties, property, type JsonNode } from './jsonText.ts';
import { isOurCommand } from './launcherCommand.ts';

/** What is set for one event: one element of the event's list. */
export interface HookEntry {
  readonly event: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** A settings file with lists of hooks by event, below `hooks`. */
export interface HookFile {
  readonly entries: readonly HookEntry[];
  /** What the file needs beside the hooks; added where it is missing, and the start of a new file. */
  readonly preamble: Readonly<Record<string, unknown>>;
}

const blank = /^\s*$/;

/** The text with exactly today's entries of ours. A text that has them is returned as it is. */
export function addHooks(before: string | undefined, file: HookFile): SettingsEdit {
  if (before === undefined || blank.test(before)) return { kind: 'text', text: newText(file) };
  const state = hookState(before, file);
  if (state.kind === 'problem') return state;
  if (state.kind === 'current') return { kind: 'text', text: before };
  const cleared = removeOurs(before, undefined);
  let text = cleared;
  for (const [key, value] of Object.entries(file.preamble)) {
    const root = rootOf(text);
    if (property(root, key) === undefined) text = addProperty(text, root, { key, value });
  }
  if (property(rootOf(text), 'hooks') === undefined) {
    const value = Object.fromEntries(file.entries.map((each) => [each.event, [each.value]]));
    return { kind: 'text', text: addProperty(text, rootOf(text), { key: 'hooks', value }) };
  }
  for (const entry of file.entries) text = withEntry(text, entry);
  return { kind: 'text', text };
}

/** The text without entries of ours, and without what they alone had needed. */
export function removeHooks(
  text: string,
  original: string | undefined,
  file: HookFile,
): SettingsEdit {
  if (blank.test(text)) return { kind: 'text', text };
  const problem = problemOf(text, file);
  if (problem !== undefined) return { kind: 'problem', reason: problem };
  const tree = original === undefined || blank.test(original) ? undefined : parsed(original);
  const left = removePreamble(removeOurs(text, tree), { original: tree, preamble: file.preamble });
  const root = rootOf(left);
  const isOnlyPreamble = (root.children ?? []).every((each) => {
    const [key, value] = each.children ?? [];
    return key !== undefined && value !== undefined && isPreamble(key.value, value, file);
  });
  const hasComment = /\/[/*]/.test(left);
  const isWorthAFile = tree !== undefined || !isOnlyPreamble || hasComment;
  return { kind: 'text', text: isWorthAFile ? left : undefined };
}

/** What we had added beside the hooks goes where it is known not to have been there before. */
function removePreamble(
  text: string,
  {
    original,
    preamble,
  }: { readonly original: JsonNode | undefined; readonly preamble: HookFile['preamble'] },
): string {
  if (original === undefined) return text;
  let left = text;
  for (const [key, value] of Object.entries(preamble)) {
    const root = rootOf(left);
    const node = property(root, key);
    const isAdded = node !== undefined && property(original, key) === undefined;
    if (!isAdded || canonical(getNodeValue(node)) !== canonical(value)) continue;
    if (node.parent !== undefined) left = removeChild(left, root, node.parent);
  }
  return left;
}

/** Says what of ours a text has. */
export function hookState(text: string, file: HookFile): SettingsState {
  if (blank.test(text)) return { kind: 'none' };
  const problem = problemOf(text, file);
  if (problem !== undefined) return { kind: 'problem', reason: problem };
  const found = ourEntries(rootOf(text));
  if (found.length === 0) return { kind: 'none' };
  const wanted = new Map(file.entries.map((each) => [each.event, canonical(each.value)]));
  const seen = new Set<string>();
  for (const { event, element } of found) {
    const isWanted = wanted.get(event) === canonical(getNodeValue(element));
    if (!isWanted || seen.has(event)) return { kind: 'older' };
    seen.add(event);
  }
  const missing = file.entries.map(({ event }) => event).filter((event) => !seen.has(event));
  return missing.length === 0 ? { kind: 'current' } : { kind: 'partial', missing };
}

interface OurEntry {
  readonly event: string;
  readonly list: JsonNode;
  /** The element of the event's list that contains the command. */
  readonly element: JsonNode;
  /** In a group with hooks of others: the one of ours, and the list in which it is. */
  readonly inGroup: { readonly hooks: JsonNode; readonly hook: JsonNode } | undefined;
}

/** Every command of ours, in the order of the text. */
function ourEntries(root: JsonNode): readonly OurEntry[] {
  const hooks = property(root, 'hooks');
  if (hooks?.type !== 'object') return [];
  return (hooks.children ?? []).flatMap((each) => {
    const [key, list] = each.children ?? [];
    if (key === undefined || list?.type !== 'array') return [];
    const event = String(key.value);
    return (list.children ?? []).flatMap((element) => entriesIn(element, { event, list }));
  });
}

function entriesIn(
  element: JsonNode,
  { event, list }: { readonly event: string; readonly list: JsonNode },
): readonly OurEntry[] {
  if (element.type !== 'object') return [];
  if (isOurs(element)) return [{ event, list, element, inGroup: undefined }];
  const hooks = property(element, 'hooks');
  if (hooks?.type !== 'array') return [];
  const handlers = hooks.children ?? [];
  const ours = handlers.filter(isOurs);
  if (ours.length === 0) return [];
  if (ours.length === handlers.length) return [{ event, list, element, inGroup: undefined }];
  return ours.map((hook) => ({ event, list, element, inGroup: { hooks, hook } }));
}

const commandKeys = ['command', 'bash', 'powershell', 'windows', 'linux', 'osx', 'commandWindows'];

function isOurs(handler: JsonNode): boolean {
  if (handler.type !== 'object') return false;
  return commandKeys.some((key) => {
    const value: unknown = property(handler, key)?.value;
    return typeof value === 'string' && isOurCommand(value);
  });
}

/** One at a time, since each removal moves what follows. Empty lists of the original stay. */
function removeOurs(text: string, original: JsonNode | undefined): string {
  let rest = text;
  for (;;) {
    const root = rootOf(rest);
    const [entry] = ourEntries(root);
    if (entry === undefined) return rest;
    rest = withoutEntry(rest, { root, entry, original });
  }
}

function withoutEntry(
  text: string,
  {
    root,
    entry: { event, list, element, inGroup },
    original,
  }: {
    readonly root: JsonNode;
    readonly entry: OurEntry;
    readonly original: JsonNode | undefined;
  },
): string {
  if (inGroup !== undefined) return removeChild(text, inGroup.hooks, inGroup.hook);
  const hooks = property(root, 'hooks');
  const isListKept =
    (list.children?.length ?? 0) > 1 || hooks === undefined || wasThere(original, event);
  if (isListKept) return removeChild(text, list, element);
  const isHooksKept = (hooks.children?.length ?? 0) > 1 || wasThere(original, undefined);
  const [parent, value] = isHooksKept ? [hooks, list] : [root, hooks];
  return value.parent === undefined ? text : removeChild(text, parent, value.parent);
}

/** Whether the list of an event, or `hooks` itself, was there before us. */
function wasThere(original: JsonNode | undefined, event: string | undefined): boolean {
  const hooks = original && property(original, 'hooks');
  if (hooks === undefined) return false;
  return event === undefined || property(hooks, event) !== undefined;
}

function withEntry(text: string, { event, value }: HookEntry): string {
  const hooks = property(rootOf(text), 'hooks');
  if (hooks === undefined) return text;
  const list = property(hooks, event);
  if (list === undefined) return addProperty(text, hooks, { key: event, value: [value] });
  return addElement(text, list, value);
}

function newText({ entries, preamble }: HookFile): string {
  const hooks = Object.fromEntries(entries.map(({ event, value }) => [event, [value]]));
  return `${JSON.stringify({ ...preamble, hooks }, null, 2)}\n`;
}

/** Why a text cannot be edited, as the rest of a sentence that begins with the file. */
function problemOf(text: string, { entries }: HookFile): string | undefined {
  const json = parseJsonText(text);
  if (json.kind === 'broken') {
    return `is not valid JSON (line ${json.line}, column ${json.column}: ${json.what}). Repair it, then try again`;
  }
  const { root } = json;
  if (root.type !== 'object') {
    return 'has no JSON object at its top, as settings must. Repair it, then try again';
  }
  if (properties(root, 'hooks').length > 1)
    return 'has "hooks" twice. Make one of them, then try again';
  const hooks = property(root, 'hooks');
  if (hooks === undefined) return undefined;
  if (hooks.type !== 'object') {
    return `has "hooks" that is ${withArticle(hooks.type)}, not an object of events. Repair it, then try again`;
  }
  for (const { event } of entries) {
    if (properties(hooks, event).length > 1) {
      return `has "hooks.${event}" twice. Make one of them, then try again`;
    }
    const list = property(hooks, event);
    if (list !== undefined && list.type !== 'array') {
      return `has "hooks.${event}" that is ${withArticle(list.type)}, not a list. Repair it, then try again`;
    }
  }
  return undefined;
}

function withArticle(type: string): string {
  if (type === 'null') return 'null';
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

function isPreamble(key: unknown, value: JsonNode, { preamble }: HookFile): boolean {
  return (
    typeof key === 'string' &&
    key in preamble &&
    canonical(preamble[key]) === canonical(getNodeValue(value))
  );
}

function parsed(text: string): JsonNode | undefined {
  const json = parseJsonText(text);
  return json.kind === 'tree' ? json.root : undefined;
}

/** The tree of a text that was found in order. */
function rootOf(text: string): JsonNode {
  const root = parsed(text);
  if (root === undefined) throw new Error('The settings were found in order, but cannot be read.');
  return root;
}

/** Equal texts for equal values, in whatever order their keys are. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}
