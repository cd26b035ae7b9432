import type { ClaudeCode } from '../../../support/agents/claudeCode.ts';
import { callTool, type ModelStep } from '../../../support/agents/scriptedClaudeModel.ts';
import type { Member } from './agentTeam.ts';

/** Looks at a file, without which Claude Code edits none. */
export function read(path: string): ModelStep {
  return callTool('Read', { file_path: path });
}

export function edit(path: string, from: string, to: string): ModelStep {
  return callTool('Edit', { file_path: path, old_string: from, new_string: to });
}

export function write(path: string, content: string): ModelStep {
  return callTool('Write', { file_path: path, content });
}

export function bash(command: string): ModelStep {
  return callTool('Bash', { command, description: 'Work' });
}

/** What its tool calls came back with since a prompt, a line for each: `ok: …` or `failed: …`. */
export async function resultsOf(
  member: Pick<Member, 'model'>,
  turn: () => Promise<unknown>,
): Promise<readonly string[]> {
  const before = member.model.asked.length;
  await turn();
  return member.model.asked
    .slice(before)
    .flatMap(({ toolResults }) => toolResults)
    .map(({ isError, text }) => `${isError ? 'failed' : 'ok'}: ${text}`);
}

/** Says that no more prompts come, and waits for its end. */
export async function finish(...agents: readonly ClaudeCode[]): Promise<void> {
  for (const claude of agents) claude.endInput();
  await Promise.all(agents.map(({ exit }) => exit));
}
