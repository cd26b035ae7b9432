import type { HolderRef } from '../core/locks/holderRef.ts';
import { agentText } from './lockFlags.ts';
import { UsageError } from './usageError.ts';
import type { VerbContext } from './verbContext.ts';

/** A process that works for an agent finds its session here. */
export const sessionVariable = 'HEDDLE_AGENTS_SESSION';

export interface AgentFlag {
  readonly agent?: string;
}

type TextRef = HolderRef & { readonly kind: 'text' };

/** Who a verb is run for: `--agent`, else the session in the environment. @throws UsageError for neither */
export function agentOf(context: VerbContext, flags: AgentFlag): TextRef {
  const ref = agentOrNobody(context, flags);
  if (ref !== undefined) return ref;
  throw new UsageError(
    `Say who you are: --agent takes a session id, a number or any other name. ${sessionVariable} in the environment stands in for it.`,
  );
}

/** The same for verbs that anybody may run. */
export function agentOrNobody({ host }: VerbContext, { agent }: AgentFlag): TextRef | undefined {
  if (agent !== undefined) return { kind: 'text', text: agent };
  const text = host.env[sessionVariable];
  if (text === undefined || text === '') return undefined;
  return { kind: 'text', text: agentText(sessionVariable)(text) };
}
