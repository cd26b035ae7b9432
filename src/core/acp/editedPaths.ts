import type { ToolCall } from '../sessions/agentUpdate.ts';
import { pathOf, tableOf } from './wireFields.ts';

/** What agents call the file in the input of their tools. */
const inputFields = ['file_path', 'filePath', 'notebook_path', 'abs_path', 'path', 'file'];

/** True for a call that changes files by what it says of itself. */
export function changesFiles({ toolKind }: Pick<ToolCall, 'toolKind'>): boolean {
  return toolKind === 'edit' || toolKind === 'delete' || toolKind === 'move';
}

/**
 * The files that a call changes, each once, as the agent names them: its locations and its diffs, else
 * what its input says. Empty for a call that changes none, or that does not say which.
 */
export function editedPaths(call: ToolCall): readonly string[] {
  if (!changesFiles(call)) return [];
  const named = [...call.locations.map(({ path }) => path), ...call.content.flatMap(diffPath)];
  if (named.length > 0) return [...new Set(named)];
  const input = tableOf(call.rawInput);
  return [...new Set(inputFields.flatMap((field) => pathOf(input[field]) ?? []))];
}

function diffPath(content: ToolCall['content'][number]): readonly string[] {
  if (content.kind === 'diff') return [content.path];
  if (content.kind !== 'other' || content.name !== 'long-diff') return [];
  const path = pathOf(tableOf(content.value).path);
  return path === undefined ? [] : [path];
}
