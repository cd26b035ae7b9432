import { asShortText, asTable } from '../../core/harness/usage/figures.ts';
import { toModelName } from '../../core/harness/usage/modelUsage.ts';

const keyPattern = /^[\w-]{1,100}$/;
const transcriptSuffix = '.jsonl';

/**
 * Where Claude Code (2.1) records a subagent, from the path of its session's transcript. Undefined when
 * one of them is not of the usual form, so that no other file is ever named.
 */
export function claudeSubagentTranscript(
  sessionTranscript: string,
  childKey: string,
): string | undefined {
  const folder = claudeSubagentFolder(sessionTranscript);
  if (folder === undefined || !keyPattern.test(childKey)) return undefined;
  return `${folder}${separatorOf(sessionTranscript)}agent-${childKey}${transcriptSuffix}`;
}

/** The folder with the transcripts of a session's subagents. */
export function claudeSubagentFolder(sessionTranscript: string): string | undefined {
  if (!sessionTranscript.endsWith(transcriptSuffix)) return undefined;
  const base = sessionTranscript.slice(0, -transcriptSuffix.length);
  return `${base}${separatorOf(sessionTranscript)}subagents`;
}

/** The key of the subagent whose transcript has this name; undefined for other files. */
export function claudeSubagentKey(fileName: string): string | undefined {
  const key = /^agent-(.+)\.jsonl$/.exec(fileName)?.[1];
  return key !== undefined && keyPattern.test(key) ? key : undefined;
}

/** What `agent-<key>.meta.json`, beside the transcript, says of a subagent. */
export interface ClaudeSubagentMeta {
  readonly childType: string | undefined;
  readonly model: string | undefined;
  /** 1 for a child of the session, 2 for a child of that. */
  readonly depth: number | undefined;
  readonly isFinished: boolean;
}

/** Undefined for what is no table; a field of another type counts as missing. */
export function parseClaudeSubagentMeta(value: unknown): ClaudeSubagentMeta | undefined {
  const meta = asTable(value);
  if (!meta) return undefined;
  const { spawnDepth } = meta;
  return {
    childType: asShortText(meta.agentType),
    model: toModelName(meta.model),
    depth: typeof spawnDepth === 'number' && spawnDepth > 0 ? spawnDepth : undefined,
    isFinished: meta.finished === true,
  };
}

function separatorOf(path: string): string {
  return path.includes('\\') && !path.includes('/') ? '\\' : '/';
}
