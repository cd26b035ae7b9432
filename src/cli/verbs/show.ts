import { join } from 'node:path';
import { agentToJson } from '../../presentation/agentJson.ts';
import { agentSheet } from '../agentSheet.ts';
import { exitCodes, type ExitCode } from '../exitCodes.ts';
import { expectFound, openForSession } from '../registryAccess.ts';
import { toSnapshot } from '../toSnapshot.ts';
import type { VerbContext } from '../verbContext.ts';

/** Shows everything that is known of one agent. */
export async function show(context: VerbContext, sessionId: string): Promise<ExitCode> {
  const { output, host } = context;
  const open = await openForSession(context, sessionId, { isReading: true });
  const entry = expectFound(await open.registry.load(sessionId), open, sessionId);
  const agent = await toSnapshot(open, entry);
  const chain = output.isJson ? [] : await open.registry.actorChainForSession(sessionId);
  output.result(
    () => ({ agent: agentToJson(entry, agent.verdict) }),
    () =>
      agentSheet(agent, {
        nowMs: host.clock.now(),
        chain,
        file: join(open.folder, `${sessionId}.toml`),
      }),
  );
  return exitCodes.done;
}
