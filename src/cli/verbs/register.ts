import { newAgentEntry, ownThread, type AgentEntry } from '../../core/agents/agentEntry.ts';
import type { BuildEntry } from '../../core/agents/agentRegistry.ts';
import type { LivenessVerdict } from '../../core/agents/liveness.ts';
import { formatTimestamp } from '../../core/agents/timestamp.ts';
import { currentBaseState } from '../../node/baseState.ts';
import { agentToJson } from '../../presentation/agentJson.ts';
import { livenessSentence } from '../../presentation/agentWording.ts';
import {
  namedFields,
  probeFields,
  processFields,
  withoutUndefined,
  workingFolder,
  type AgentFlags,
} from '../agentFlags.ts';
import { idAndName } from '../agentLines.ts';
import { exitCodes, type ExitCode } from '../exitCodes.ts';
import { openForAdding } from '../registryAccess.ts';
import { toSnapshot } from '../toSnapshot.ts';
import type { VerbContext } from '../verbContext.ts';

/**
 * Adds an agent that holds no thread. With an actor key, an active agent of that key is the same one
 * again, unless its process is alive and another one.
 */
export async function register(context: VerbContext, flags: AgentFlags): Promise<ExitCode> {
  const open = await openForAdding(context);
  const path = workingFolder(context, flags.path);
  const now = formatTimestamp(context.host.clock.now());
  const named = {
    ...namedFields(flags),
    ...probeFields(flags),
    ...(await processFields(open, flags.pid)),
    path,
    heartbeatAt: now,
  };
  const build: BuildEntry = (sessionId) =>
    newAgentEntry({
      ...named,
      sessionId,
      thread: ownThread(sessionId),
      baseState: flags.baseState ?? currentBaseState(open.location.heddleFolder, path),
      startedAt: now,
    });

  const { actorKey } = flags;
  const { entry, isCreated } =
    actorKey === undefined
      ? { entry: await open.registry.createGeneratedEntry(build), isCreated: true }
      : await open.registry.findOrCreateActiveEntry({
          key: { name: 'nativeActorKey', value: actorKey },
          matches: (known, verdict) => isSameAgent(known, verdict, { actorKey, pid: flags.pid }),
          update: (known) => ({
            ...known,
            ...named,
            ...withoutUndefined({ baseState: flags.baseState }),
          }),
          build,
        });

  const { verdict } = await toSnapshot(open, entry);
  context.output.result(
    () => ({ agent: agentToJson(entry, verdict) }),
    () => [
      `${isCreated ? 'Registered' : 'Recognised'} ${idAndName(entry)}.`,
      livenessSentence(entry, verdict.reason),
    ],
  );
  return exitCodes.done;
}

function isSameAgent(
  known: AgentEntry,
  verdict: LivenessVerdict,
  given: { readonly actorKey: string; readonly pid: number | undefined },
): boolean {
  if (known.nativeActorKey !== given.actorKey) return false;
  const isAnother = given.pid !== undefined && known.pid !== given.pid;
  return !(isAnother && verdict.liveness === 'alive');
}
