import { RegistryError } from '../../core/agents/registryError.ts';
import { formatTimestamp } from '../../core/agents/timestamp.ts';
import { agentToJson } from '../../presentation/agentJson.ts';
import { exitCodes, type ExitCode } from '../exitCodes.ts';
import { expectFound, openForSession } from '../registryAccess.ts';
import { toSnapshot } from '../toSnapshot.ts';
import type { VerbContext } from '../verbContext.ts';

/** Records a sign of life of an active agent. */
export async function heartbeat(context: VerbContext, sessionId: string): Promise<ExitCode> {
  const open = await openForSession(context, sessionId);
  const heartbeatAt = formatTimestamp(context.host.clock.now());
  const updated = await open.registry.updateEntry(sessionId, (entry) => {
    if (entry.status === 'active') return { ...entry, heartbeatAt };
    throw new RegistryError(
      'not-active',
      `${sessionId} has finished (${entry.status}), so it has no heartbeat any more. Register again to go on.`,
      { sessionId },
    );
  });
  const entry = expectFound(updated, open, sessionId);
  const { verdict } = await toSnapshot(open, entry);
  context.output.result(
    () => ({ agent: agentToJson(entry, verdict) }),
    () => [`Heartbeat of ${sessionId} recorded.`],
  );
  return exitCodes.done;
}
