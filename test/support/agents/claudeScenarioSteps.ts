import { eventually } from '../eventually.ts';
import type { ClaudeCode } from './claudeCode.ts';
import type { ClaudeWorld } from './claudeWorld.ts';
import { callTool, type ModelStep } from './scriptedClaudeModel.ts';

/** Lets it run every shell command. */
export function withShell(world: ClaudeWorld): ClaudeWorld['options'] {
  return { ...world.options, args: ['--allowedTools', 'Bash'] };
}

export async function end(claude: ClaudeCode): Promise<void> {
  claude.endInput();
  await claude.exit;
}

/** Waits until so many hooks of an event were recorded. */
export async function untilEvents(
  world: ClaudeWorld,
  wanted: { readonly event: string; readonly count: number },
): Promise<void> {
  await eventually(`${wanted.event} came ${wanted.count} times`, () => {
    const came = world.calls().filter((call) => call.payload.hook_event_name === wanted.event);
    return came.length >= wanted.count;
  });
}

/** Waits until the shell command of the `interrupt` scenario is a process. */
export async function untilRunning(claude: ClaudeCode): Promise<void> {
  await eventually('the shell command runs', () => claude.processes().some(isTail));
}

/** True for the command that scenarios keep running. */
export function isTail(command: string): boolean {
  return command.startsWith('tail -f');
}

/** What pressing Esc does, over the protocol. */
export function interruptTurn(claude: ClaudeCode): void {
  const request = { subtype: 'interrupt' };
  claude.send({ type: 'control_request', request_id: `interrupt-${Date.now()}`, request });
}

/** Says yes to every permission request that was made so far. */
export function allowEverything(claude: ClaudeCode): void {
  for (const line of claude.lines) {
    if (line.type !== 'control_request') continue;
    const { input } = line.request as { readonly input: unknown };
    const response = { behavior: 'allow', updatedInput: input };
    claude.send({
      type: 'control_response',
      response: { subtype: 'success', request_id: line.request_id, response },
    });
  }
}

/** The answer of a PreToolUse hook that refuses. */
export function denial(reason: string): string {
  return JSON.stringify({
    hookSpecificOutput: {
      hookEventName: 'PreToolUse',
      permissionDecision: 'deny',
      permissionDecisionReason: reason,
    },
  });
}

/** A call of the Agent tool; without a word about it, a subagent works in the background. */
export function agent(prompt: string, inBackground = false): ModelStep {
  return callTool('Agent', {
    description: 'Write a file', // not the prompt: the parent is told of it again when the child is done
    prompt,
    subagent_type: 'general-purpose',
    run_in_background: inBackground,
  });
}
