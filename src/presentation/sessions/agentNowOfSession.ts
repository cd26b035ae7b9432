import type { AgentNow } from '../../core/harness/agentNow.ts';
import type { RunningTool } from '../../core/harness/sessionAgent.ts';
import { isTerminal } from '../../core/sessions/executionState.ts';
import { groupOf, type ListedSession } from './rows/listedSession.ts';
import type { ShownTool } from './shownTool.ts';

/**
 * What the agent of a session does, in the form in which those are shown that tell it by hooks. Undefined
 * once the session has ended, and while its agent has no entry. A call goes on since it was first seen:
 * `before` is what was told last.
 */
export function agentNowOfSession(
  session: Pick<ListedSession, 'record' | 'digest'>,
  before?: AgentNow,
): AgentNow | undefined {
  const { record, digest } = session;
  const { state, header, lastActiveMs } = record;
  const { entryId } = digest;
  if (entryId === undefined || isTerminal(state)) return undefined;
  const isWaiting = state.state === 'paused' && groupOf(session) === 'needs-you';
  const tool = isWaiting ? undefined : runningTool(digest.openTools.at(-1), lastActiveMs);
  return {
    entryId,
    harness: undefined,
    phase: isWaiting ? 'waiting' : 'working',
    sinceMs: isWaiting ? state.pause.pausedAtMs : header.createdAtMs,
    waitsFor: isWaiting ? waitsFor(state.pause.prompts[0]?.subject?.kind) : undefined,
    tool: isSameTool(tool, before?.tool) ? before?.tool : tool,
    childType: undefined,
    model: undefined,
    transcriptPath: undefined,
    usage: undefined,
    quietAtMs: undefined,
  };
}

function waitsFor(subject: string | undefined): AgentNow['waitsFor'] {
  return { reason: subject === 'tool-call' ? 'permission' : 'question', text: undefined };
}

function runningTool(tool: ShownTool | undefined, sinceMs: number): RunningTool | undefined {
  if (tool === undefined) return undefined;
  return {
    name: tool.title,
    does: doesOf(tool),
    paths: tool.locations.map(({ shown }) => shown),
    sinceMs,
  };
}

function doesOf({ toolKind }: ShownTool): RunningTool['does'] {
  switch (toolKind) {
    case 'edit':
    case 'delete':
    case 'move':
      return 'edit';
    case 'read':
      return 'read';
    case 'execute':
      return 'shell';
    default:
      return 'other';
  }
}

function isSameTool(a: RunningTool | undefined, b: RunningTool | undefined): boolean {
  return a?.name === b?.name && a?.does === b?.does && a?.paths.join() === b?.paths.join();
}
