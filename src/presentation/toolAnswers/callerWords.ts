import { RegistryError } from '../../core/agents/registryError.ts';
import type { JsonValue } from '../agentJson.ts';
import type { ToolCaller } from './toolCall.ts';

/** Who a call counts for, as every answer tells it; null for nobody. */
export function callerToJson(caller: ToolCaller | undefined): JsonValue {
  if (caller === undefined) return null;
  return { session_id: caller.sessionId ?? null, name: caller.name, source: caller.source };
}

/** @throws RegistryError `invalid-holder` that says how to say who one is */
export function expectCaller(caller: ToolCaller | undefined): ToolCaller {
  if (caller !== undefined) return caller;
  const message =
    'It is not known who you are, and this changes something. Give "agent": your session id in the registry (list_agents shows them), or else a name that you keep for the whole task, such as "refactor-1".';
  throw new RegistryError('invalid-holder', message);
}
