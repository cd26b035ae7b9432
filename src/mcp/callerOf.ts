import type { AgentView } from '../core/agents/agentIndex.ts';
import { identifyCaller, stampArgument, type Identity } from '../core/agents/callerIdentity.ts';
import type { LivenessAssessor } from '../core/agents/livenessAssessor.ts';
import { RegistryError } from '../core/agents/registryError.ts';
import type { HolderProcess } from '../core/locks/lockHolder.ts';
import { agentName } from '../presentation/agentWording.ts';
import type { ToolCaller } from '../presentation/toolAnswers/toolCall.ts';
import type { McpHost } from './mcpHost.ts';

/** An agent's process finds its session here. */
const sessionVariable = 'HEDDLE_AGENTS_SESSION';

/** Who a call comes from, by the surest clue that there is; undefined for nobody. */
export async function callerOf(
  args: Readonly<Record<string, unknown>>,
  {
    host,
    view,
    liveness,
    ownProcess,
  }: {
    readonly host: McpHost;
    readonly view: AgentView;
    readonly liveness: LivenessAssessor;
    readonly ownProcess: () => Promise<HolderProcess>;
  },
): Promise<ToolCaller | undefined> {
  const identity = await identifyCaller(
    view,
    {
      environment: host.env[sessionVariable],
      stamp: asText(args[stampArgument]),
      ancestors: host.ancestors,
      claim: readClaim(args.agent),
    },
    liveness,
  );
  return identity && toCaller(identity, { host, ownProcess });
}

async function toCaller(
  identity: Identity,
  {
    host,
    ownProcess,
  }: { readonly host: McpHost; readonly ownProcess: () => Promise<HolderProcess> },
): Promise<ToolCaller> {
  const { source } = identity;
  if (identity.kind === 'session') {
    const { entry } = identity;
    const { sessionId } = entry;
    return {
      source,
      name: agentName(entry),
      sessionId,
      ref: { kind: 'session', sessionId },
      hasProcess: entry.pid !== undefined,
      actorKey: undefined,
    };
  }
  // What a mere name holds ends with the server, which ends with its client.
  const ref = { kind: 'text', text: identity.name, process: await ownProcess() } as const;
  const actorKey = `mcp:${host.pid}:${identity.name}`;
  const { name } = identity;
  return { source, name, sessionId: undefined, ref, hasProcess: true, actorKey };
}

function readClaim(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw new RegistryError('invalid-entry', '"agent" must be a text: a session id or a name.');
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
