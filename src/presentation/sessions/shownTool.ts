import type {
  ToolCall,
  ToolCallChange,
  ToolContent,
  ToolKind,
  ToolStatus,
} from '../../core/sessions/agentUpdate.ts';
import { inEnglish, type Translate } from '../agentWording.ts';
import { toPlainLine } from '../plainText.ts';
import { appendText, boundedText, noText, type BoundedText } from './boundedText.ts';
import { shownPath } from './shownPath.ts';

/** A file that a tool call works on. */
export interface ShownFile {
  /** As the agent names it, for opening it. */
  readonly path: string;
  /** The same made harmless, below the folder of the session without that. */
  readonly shown: string;
  /** Counts from 1. */
  readonly line: number | undefined;
}

/** A change to a file. The texts are raw, for an editor of differences or `diffLines`. */
export interface FileChange extends Omit<ShownFile, 'line'> {
  /** Undefined for a new file. */
  readonly oldText: string | undefined;
  readonly newText: string;
  /** The texts are too long and were left out. */
  readonly isTooLong: boolean;
}

/** A tool call, ready to be shown. */
export interface ShownTool {
  /** The agent's own id of it. */
  readonly callId: string;
  /** Empty when it has none. */
  readonly title: string;
  readonly toolKind: ToolKind;
  readonly status: ToolStatus;
  /** What it says it works on. */
  readonly locations: readonly ShownFile[];
  readonly changes: readonly FileChange[];
  /** The command line that it runs, where it says so. */
  readonly command: string | undefined;
  readonly output: BoundedText;
}

const maxTitleLength = 500;
const maxCommandLength = 2000;
const maxFiles = 100;
const maxChanges = 50;
/** Of both texts together. */
const maxChangeLength = 1_000_000;
const maxOutputLength = 20_000;

/** A tool call as it is first told. */
export function shownTool(call: ToolCall | ToolCallChange, cwd: string): ShownTool {
  const empty: ShownTool = {
    callId: call.callId,
    title: '',
    toolKind: 'other',
    status: 'pending',
    locations: [],
    changes: [],
    command: undefined,
    output: noText,
  };
  return changedTool(empty, call, cwd);
}

/** With what is new of it. */
export function changedTool(before: ShownTool, change: ToolCallChange, cwd: string): ShownTool {
  const { title, toolKind, status, locations, content, rawInput, rawOutput } = change;
  const output = content && outputOf(content);
  const isSilent = (output ?? before.output).text === '';
  return {
    ...before,
    ...(title !== undefined && { title: toPlainLine(title, maxTitleLength) }),
    ...(toolKind !== undefined && { toolKind }),
    ...(status !== undefined && { status }),
    ...(locations && { locations: locations.slice(0, maxFiles).map((each) => toFile(each, cwd)) }),
    ...(content && { changes: changesOf(content, cwd) }),
    ...(output && { output }),
    ...(rawInput !== undefined && { command: commandOf(rawInput) }),
    ...(isSilent && typeof rawOutput === 'string' && { output: bounded(rawOutput) }),
  };
}

/** All files of a call, each once: those that it changes first. */
export function filesOf({ changes, locations }: ShownTool): readonly ShownFile[] {
  const files = new Map<string, ShownFile>();
  for (const { path, shown } of changes) files.set(path, { path, shown, line: undefined });
  for (const file of locations) {
    const known = files.get(file.path);
    if (known?.line === undefined) files.set(file.path, file);
  }
  return [...files.values()];
}

/** What a call does, in one line: its title, else what kind of tool it is and its first file. */
export function toolText(tool: ShownTool, t: Translate = inEnglish): string {
  if (tool.title !== '') return tool.title;
  const words = toolKindText(tool.toolKind, t);
  const what = filesOf(tool)[0]?.shown ?? tool.command;
  return what === undefined ? words : `${words} ${what}`;
}

/** What tools of a kind do. */
export function toolKindText(kind: ToolKind, t: Translate = inEnglish): string {
  switch (kind) {
    case 'read':
      return t('Read');
    case 'edit':
      return t('Edit');
    case 'delete':
      return t('Delete');
    case 'move':
      return t('Move');
    case 'search':
      return t('Search');
    case 'execute':
      return t('Run');
    case 'think':
      return t('Think');
    case 'fetch':
      return t('Fetch');
    case 'switch-mode':
      return t('Change the mode');
    case 'other':
      return t('Use a tool');
  }
}

/** How far a call has come. */
export function toolStatusText(status: ToolStatus, t: Translate = inEnglish): string {
  switch (status) {
    case 'pending':
      return t('not begun');
    case 'in-progress':
      return t('at work');
    case 'completed':
      return t('done');
    case 'failed':
      return t('failed');
  }
}

/** True when nothing more comes of a call. */
export function isToolOver({ status }: Pick<ShownTool, 'status'>): boolean {
  return status === 'completed' || status === 'failed';
}

/** About how much memory a call takes, in characters. */
export function toolSize({ title, output, changes, command }: ShownTool): number {
  const texts = changes.map(({ oldText, newText }) => (oldText?.length ?? 0) + newText.length);
  const others = title.length + output.text.length + (command?.length ?? 0);
  return texts.reduce((sum, length) => sum + length, others);
}

function toFile(
  { path, line }: { readonly path: string; readonly line?: number | undefined },
  cwd: string,
): ShownFile {
  return { path, shown: shownPath(path, cwd), line };
}

function changesOf(content: readonly ToolContent[], cwd: string): readonly FileChange[] {
  return content
    .slice(0, maxFiles)
    .flatMap((part): readonly FileChange[] => {
      if (part.kind === 'diff') return [toChange(part, cwd)];
      const path =
        part.kind === 'other' && part.name === 'long-diff' ? pathIn(part.value) : undefined;
      if (path === undefined) return [];
      const shown = shownPath(path, cwd);
      return [{ path, shown, oldText: undefined, newText: '', isTooLong: true }];
    })
    .slice(0, maxChanges);
}

function toChange(
  { path, oldText, newText }: Extract<ToolContent, { kind: 'diff' }>,
  cwd: string,
): FileChange {
  const shown = shownPath(path, cwd);
  const isTooLong = (oldText?.length ?? 0) + newText.length > maxChangeLength;
  return isTooLong
    ? { path, shown, oldText: undefined, newText: '', isTooLong }
    : { path, shown, oldText, newText, isTooLong };
}

function pathIn(value: unknown): string | undefined {
  const path =
    typeof value === 'object' && value !== null && 'path' in value ? value.path : undefined;
  return typeof path === 'string' ? path : undefined;
}

function outputOf(content: readonly ToolContent[]): BoundedText {
  let output = noText;
  for (const part of content) {
    if (part.kind !== 'text') continue;
    const isNext = output.text !== '' && !output.text.endsWith('\n');
    output = appendText(output, isNext ? `\n${part.text}` : part.text, maxOutputLength);
  }
  return output;
}

function bounded(text: string): BoundedText {
  return boundedText(text, maxOutputLength);
}

/** Agents give it as a text or as its words. */
function commandOf(rawInput: unknown): string | undefined {
  if (typeof rawInput !== 'object' || rawInput === null || !('command' in rawInput))
    return undefined;
  const { command } = rawInput;
  if (typeof command === 'string') return toPlainLine(command, maxCommandLength);
  if (!Array.isArray(command)) return undefined;
  const words = command.filter((word): word is string => typeof word === 'string');
  return toPlainLine(words.join(' '), maxCommandLength);
}
