import type { AcpAgent } from '../../core/acp/acpAgent.ts';

/** What would make an agent believe that it runs inside another one, or that it is an editor. */
const notInherited = [
  'CLAUDECODE',
  'CLAUDE_CODE_ENTRYPOINT',
  'CLAUDE_CODE_SESSION_ID',
  'CLAUDE_CODE_SSE_PORT',
  'CLAUDE_ENV_FILE',
  'ELECTRON_RUN_AS_NODE',
  'ELECTRON_NO_ATTACH_CONSOLE',
];

/** The environment of an agent that is the entry `entryId` of the registry. */
export function agentEnvironment(
  { env: own }: Pick<AcpAgent, 'env'>,
  {
    env,
    entryId,
  }: { readonly env: Readonly<Record<string, string | undefined>>; readonly entryId: string },
): Record<string, string> {
  const inherited = Object.entries(env).filter(
    (each): each is [string, string] => each[1] !== undefined && !notInherited.includes(each[0]),
  );
  return { ...Object.fromEntries(inherited), ...own, HEDDLE_AGENTS_SESSION: entryId };
}
