import type { AcpAgent } from '../../core/acp/acpAgent.ts';
import type { AgentIdentity } from '../../core/identities/agentIdentity.ts';

/** Tells an agent, its hooks and its tools which named agent it is. */
export const identityVariable = 'HEDDLE_AGENTS_IDENTITY';

/** What would make an agent believe that it runs inside another one, or that it is an editor. */
const notInherited = [
  'CLAUDECODE',
  'CLAUDE_CODE_ENTRYPOINT',
  'CLAUDE_CODE_SESSION_ID',
  'CLAUDE_CODE_SSE_PORT',
  'CLAUDE_ENV_FILE',
  'ELECTRON_RUN_AS_NODE',
  'ELECTRON_NO_ATTACH_CONSOLE',
  // Whoever starts a session may be a named agent itself.
  identityVariable,
];

/** The environment of an agent that is the entry `entryId` of the registry, and perhaps a named agent. */
export function agentEnvironment(
  { env: own }: Pick<AcpAgent, 'env'>,
  {
    env,
    entryId,
    identity,
  }: {
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly entryId: string;
    readonly identity?: AgentIdentity | undefined;
  },
): Record<string, string> {
  const inherited = Object.entries(env).filter(
    (each): each is [string, string] => each[1] !== undefined && !notInherited.includes(each[0]),
  );
  return {
    ...Object.fromEntries(inherited),
    ...own,
    HEDDLE_AGENTS_SESSION: entryId,
    ...(identity !== undefined && { [identityVariable]: identity }),
  };
}
