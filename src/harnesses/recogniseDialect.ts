import type { HarnessId } from '../core/harness/harnessEvent.ts';
import type { Harness, HookPayload } from './harness.ts';
import { harnessById } from './harnesses.ts';
import { payloadOrigin } from './payloadOrigin.ts';

/** Agents that run the hooks in another agent's settings, with payloads of their own. */
const guests: Readonly<Partial<Record<HarnessId, readonly HarnessId[]>>> = {
  'claude-code': ['cursor', 'vscode-copilot', 'copilot-cli'],
  'copilot-cli': ['vscode-copilot'],
};

/** The one agent that a payload can be from, by its fields; undefined where they do not tell. */
export function recogniseDialect(payload: HookPayload): Harness | undefined {
  const id = payloadOrigin(payload);
  return id === undefined ? undefined : harnessById(id);
}

/**
 * The agent that a payload is read as when the command of the hook names one. The name counts, unless
 * the payload is of an agent that is known to run the hooks of the one that is named.
 */
export function dialectOf(payload: HookPayload, named: HarnessId | undefined): Harness | undefined {
  const seen = recogniseDialect(payload);
  if (named === undefined) return seen;
  return seen !== undefined && guests[named]?.includes(seen.id) === true
    ? seen
    : harnessById(named);
}
