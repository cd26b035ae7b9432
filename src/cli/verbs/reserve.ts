import { randomBytes } from 'node:crypto';
import { partyWithoutEntry } from '../../core/activity/agentParty.ts';
import { newAgentEntry, type AgentEntry } from '../../core/agents/agentEntry.ts';
import type { AgentSnapshot } from '../../core/agents/registrySnapshot.ts';
import { sessionIdByteCount, toSessionId } from '../../core/agents/sessionId.ts';
import { formatTimestamp } from '../../core/agents/timestamp.ts';
import { currentBaseState } from '../../node/baseState.ts';
import type { OpenRegistry } from '../../node/openRegistry.ts';
import { agentToJson } from '../../presentation/agentJson.ts';
import { livenessSentence } from '../../presentation/agentWording.ts';
import { localTime, shortDuration } from '../../presentation/duration.ts';
import { toPlainLine } from '../../presentation/plainText.ts';
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
import type { TextLine } from '../textLine.ts';
import { toSnapshot } from '../toSnapshot.ts';
import { UsageError } from '../usageError.ts';
import type { VerbContext } from '../verbContext.ts';

export interface ReserveFlags extends AgentFlags {
  readonly task?: string;
  readonly holdForPid?: number;
}

/** Takes a thread for a new agent, or says who holds it. */
export async function reserve(
  context: VerbContext,
  thread: string,
  flags: ReserveFlags,
): Promise<ExitCode> {
  const pid = holderPid(flags);
  const open = await openForAdding(context);
  const outcome = await open.registry.tryReserveThread(
    thread,
    (sessionId) => buildReservation(context, open, { sessionId, thread, flags, pid }),
    partyWithoutEntry(namedFields(flags)),
  );
  const agent = await toSnapshot(open, outcome.entry);
  const isReserved = outcome.kind === 'reserved';
  context.output.result(
    () => ({
      outcome: isReserved ? 'reserved' : 'live_owner',
      agent: agentToJson(agent.entry, agent.verdict),
    }),
    () => (isReserved ? reservedLines(agent) : ownerLines(agent, context.host.clock.now())),
  );
  return isReserved ? exitCodes.done : exitCodes.heldByOther;
}

/** `--hold-for-pid` and `--pid` name the same thing: the process for which the thread is held. */
function holderPid({ holdForPid, pid }: ReserveFlags): number | undefined {
  if (holdForPid !== undefined && pid !== undefined && holdForPid !== pid) {
    throw new UsageError('--hold-for-pid and --pid name different processes. Give one of them.');
  }
  return holdForPid ?? pid;
}

async function buildReservation(
  context: VerbContext,
  open: OpenRegistry,
  options: {
    readonly sessionId: string;
    readonly thread: string;
    readonly flags: ReserveFlags;
    readonly pid: number | undefined;
  },
): Promise<AgentEntry> {
  const { sessionId, thread, flags, pid } = options;
  const path = workingFolder(context, flags.path);
  const now = formatTimestamp(context.host.clock.now());
  return newAgentEntry({
    ...namedFields(flags),
    ...probeFields(flags),
    ...(await processFields(open, pid)),
    ...withoutUndefined({ attachReason: flags.task }),
    sessionId,
    thread,
    threadId: thread,
    reservationToken: toSessionId(randomBytes(sessionIdByteCount)),
    path,
    baseState: flags.baseState ?? currentBaseState(open.location.heddleFolder, path),
    startedAt: now,
    heartbeatAt: now,
  });
}

function reservedLines({ entry, verdict }: AgentSnapshot): readonly TextLine[] {
  const first = `Reserved ${toPlainLine(entry.thread)} as ${entry.sessionId}.`;
  const release = `heddle-agents release ${entry.sessionId}`;
  if (entry.pid === undefined) {
    return [first, `No process is recorded, so only a release ends the reservation: ${release}`];
  }
  if (verdict.liveness === 'dead') {
    const evidence = livenessSentence(entry, verdict.reason);
    return [first, `${evidence} Whoever asks for the thread next will get it.`];
  }
  return [first, `It is held while process ${entry.pid} runs, or until: ${release}`];
}

function ownerLines(
  { entry, verdict, startedAt }: AgentSnapshot,
  nowMs: number,
): readonly TextLine[] {
  const since = localTime(startedAt.epochMs);
  const age = shortDuration(nowMs - startedAt.epochMs);
  return [
    `${toPlainLine(entry.thread)} is held by ${idAndName(entry)} since ${since} (for ${age}). ${livenessSentence(entry, verdict.reason)}`,
    `Wait for it, choose another thread, or end it with: heddle-agents release ${entry.sessionId}`,
  ];
}
