import { shortened } from '../core/activity/utf8.ts';
import type { HarnessAction, ToolAction, ToolCall } from '../core/harness/harnessEvent.ts';
import { filePathsIn, type PathFields } from './filePaths.ts';
import { patchPaths, patchPathsOfCommand } from './patchPaths.ts';
import {
  field,
  flagField,
  isTable,
  listField,
  maxTextLength,
  textField,
  type Table,
} from './payloadFields.ts';

/** The tools of a harness that matter here, by the names that its hooks are told. */
export interface ToolNames {
  readonly reads: readonly string[];
  readonly edits: readonly string[];
  /** Take a patch in the `apply_patch` form. */
  readonly patches: readonly string[];
  readonly shells: readonly string[];
  /** Ask the person something and wait for the answer. */
  readonly questions: readonly string[];
  readonly paths: PathFields;
}

const ownTool =
  /^(?:mcp__heddle[-_]agents__|mcp_heddle[-_]agents_|(?:mcp:)?heddle[-_]agents[-_/.:]|heddle_(?:list|may|lock|unlock|wait|reserve|release)_)/i;
const patchFields = ['command', 'input', 'patch', 'patchText', 'patch_text'] as const;
const backgroundFields = [
  'run_in_background',
  'is_background',
  'isBackground',
  'background',
] as const;

/** True for a tool of our own MCP server, however this harness joins server and tool to one name. */
export function isOwnTool(name: string): boolean {
  return ownTool.test(name);
}

/** What a call of a tool does. `input` is whatever came for its arguments. */
export function toolAction(name: string, input: unknown, tools: ToolNames): ToolAction {
  const table = isTable(input) ? input : {};
  if (isOwnTool(name)) return { kind: 'own-tool', input: table };
  if (tools.edits.includes(name)) return { kind: 'edit', paths: filePathsIn(table, tools.paths) };
  if (tools.patches.includes(name))
    return { kind: 'edit', paths: pathsOfPatch(input, tools.paths) };
  if (tools.reads.includes(name)) return { kind: 'read', paths: filePathsIn(table, tools.paths) };
  if (tools.shells.includes(name)) return shellAction(table);
  return { kind: 'other' };
}

/** A command, or the edit that it is when it does nothing but apply a patch. */
export function shellAction(input: Table): ToolAction {
  const command = commandOf(input);
  const patched = patchPathsOfCommand(command);
  if (patched !== undefined) return { kind: 'edit', paths: patched };
  const isInBackground = flagField(input, ...backgroundFields);
  return { kind: 'shell', command: shortened(command, maxTextLength), isInBackground };
}

/** What begins when a call is about to run: the call, or the wait for the person whom it asks. */
export function callStart(
  call: ToolCall,
  { tools, input }: { readonly tools: ToolNames; readonly input: unknown },
): HarnessAction {
  return tools.questions.includes(call.name)
    ? { kind: 'waiting', reason: 'question', text: questionText(input) }
    : { kind: 'tool-starting', call };
}

/** The wait for a person's permission to run a call. */
export function permissionWait({ name, action }: ToolCall): HarnessAction {
  return { kind: 'waiting', reason: 'permission', text: callText(name, action) };
}

/** What a person is asked about: the tool and the command or the first file. */
export function callText(name: string, action: ToolAction): string {
  const subject = subjectOf(action);
  return shortened(subject === undefined ? name : `${name}: ${subject}`, maxTextLength);
}

function subjectOf(action: ToolAction): string | undefined {
  if (action.kind === 'shell') return action.command;
  return action.kind === 'edit' || action.kind === 'read' ? action.paths[0] : undefined;
}

function commandOf(input: Table): string {
  const words = listField(input, 'command').filter((word) => typeof word === 'string');
  return textField(input, 'command', 'cmd') ?? words.join(' ');
}

/** A patch comes as a text, or as the arguments that hold it; else the arguments name the files. */
function pathsOfPatch(input: unknown, paths: PathFields): readonly string[] {
  if (typeof input === 'string') return patchPaths(input);
  if (!isTable(input)) return [];
  const patched = patchPaths(textField(input, ...patchFields) ?? '');
  return patched.length === 0 ? filePathsIn(input, paths) : patched;
}

/** The arguments of a call: an object, or a text that holds one as JSON, or the text itself. */
export function argumentsOf(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    const parsed: unknown = JSON.parse(value);
    return isTable(parsed) ? parsed : value;
  } catch {
    return value;
  }
}

/** The first question of a tool that asks some; the field names are those of several harnesses. */
export function questionText(input: unknown): string | undefined {
  if (!isTable(input)) return undefined;
  const first = listField(input, 'questions').find(isTable) ?? input;
  const text = field(first, 'question') ?? field(first, 'message');
  return typeof text === 'string' && text !== '' ? shortened(text, maxTextLength) : undefined;
}
