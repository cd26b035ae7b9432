import { version } from '../../package.json';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { AcpAgent } from '../core/acp/acpAgent.ts';
import { conversationIdIn } from '../core/acp/conversation.ts';
import type { EditorPort } from '../core/acp/editorPort.ts';
import type { PermissionPolicy } from '../core/acp/permissionPolicy.ts';
import type { ProcessProbe } from '../core/agents/liveness.ts';
import type { SessionExecutor } from '../core/sessions/sessionExecutor.ts';
import type { SessionId } from '../core/sessions/sessionId.ts';
import type { SessionArchive } from '../core/sessions/sessionStore.ts';
import { allHarnesses } from '../harnesses/harnesses.ts';
import type { ToolServer } from '../node/acp/acpExecutorOptions.ts';
import { createAcpExecutor } from '../node/acp/acpExecutor.ts';
import type { HeddleRoot } from '../node/heddleRoot.ts';
import { openFileLocks } from '../node/openFileLocks.ts';
import { openRegistry } from '../node/openRegistry.ts';
import type { AgentCommand } from '../node/sessions/startRequest.ts';
import { explainRefusal } from '../presentation/explainRefusal.ts';

/** What executing a session has to work with. */
export interface HostExecutorOptions {
  readonly location: HeddleRoot;
  readonly agent: AgentCommand;
  readonly env: NodeJS.ProcessEnv;
  /** The editors of the windows that are attached. */
  readonly editors: EditorPort;
  /** Earlier sessions, of which this one may go on with the conversation. */
  readonly archive: SessionArchive;
  readonly policy: PermissionPolicy;
  readonly probe: ProcessProbe;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Makes what executes the session of a host. */
export type CreateExecutor = (options: HostExecutorOptions) => SessionExecutor;

/** Agents are spoken to with the Agent Client Protocol, and are offered our own tools. */
export const createExecutor: CreateExecutor = (options) => {
  const { location, agent, env, editors, archive, policy, probe, clock, logger } = options;
  const registry = openRegistry(location, { clock, logger });
  return createAcpExecutor({
    findAgent: (id) => (id === agent.id ? toAcpAgent(agent) : undefined),
    registry,
    locks: openFileLocks(registry, { clock, logger }),
    ...{ env, clock, policy, version },
    refusal: (conflicts) =>
      explainRefusal(conflicts, {
        ...{ store: registry.store, probe },
        ...{ root: location.root, nowMs: clock.now() },
      }),
    toolServer: ownTools(location),
    editor: editors,
    conversationOf: (sessionId) => conversationOf(archive, sessionId),
  });
};

function toAcpAgent(agent: AgentCommand): AcpAgent {
  const { id, name, command, args, env = {}, askMode, logIn } = agent;
  const harness = allHarnesses.find(({ registryName }) => registryName === agent.harness);
  return {
    ...{ id, displayName: name, command, args, env, askMode, logIn },
    registryName: agent.harness ?? id,
    actorKeyOf: (conversationId) =>
      harness?.sessionActorKey(conversationId) ?? `${id}:session:${conversationId}`,
  };
}

/** The runtime of an editor runs a program only when it is told to. */
function ownTools({ root }: HeddleRoot): ToolServer | undefined {
  const [, program] = process.argv;
  if (program === undefined) return undefined;
  return {
    name: 'heddle-agents',
    command: process.execPath,
    args: [program, 'mcp', '--root', root],
    ...(process.versions.electron !== undefined && { env: { ELECTRON_RUN_AS_NODE: '1' } }),
  };
}

/** The last that was told: an agent may go on in another one. */
async function conversationOf(
  archive: SessionArchive,
  sessionId: SessionId,
): Promise<string | undefined> {
  let found: string | undefined;
  for await (const event of archive.history(sessionId, 1)) {
    if (event.kind === 'update') found = conversationIdIn(event.update) ?? found;
  }
  return found;
}
