import { newAgentEntry, type AgentEntry } from '../../core/agents/agentEntry.ts';
import { partyWithoutEntry } from '../../core/activity/agentParty.ts';
import { RegistryError } from '../../core/agents/registryError.ts';
import { sessionIdByteCount, toSessionId } from '../../core/agents/sessionId.ts';
import { takeThread } from '../../core/agents/threadTaking.ts';
import { formatTimestamp, timestampMs } from '../../core/agents/timestamp.ts';
import { agentName, livenessSentence } from '../agentWording.ts';
import { shortDuration } from '../duration.ts';
import { toPlainLine } from '../plainText.ts';
import { maxTaskLength, maxThreadLength, taskProblem, threadProblem } from '../threadName.ts';
import { callerToJson, expectCaller } from './callerWords.ts';
import { ownEntry } from './ownEntry.ts';
import type { ToolAnswer, ToolCall, ToolCaller, ToolWorld } from './toolCall.ts';
import { ToolInput } from './toolInput.ts';

interface Wanted {
  readonly thread: string;
  readonly task: string | undefined;
}

interface Reserved {
  readonly kind: 'reserved' | 'live-owner';
  readonly entry: AgentEntry;
}

/** Takes a thread for the caller, or says who holds it. A caller with an entry keeps that one entry. */
export async function reserveThreadAnswer({ world, caller, input }: ToolCall): Promise<ToolAnswer> {
  const read = new ToolInput(input, ['thread', 'task']);
  const wanted = readWanted(read);
  const by = expectCaller(caller);
  const known = await ownEntry(world, by);
  const { kind, entry } =
    known === undefined
      ? await reserveAnew(world, by, wanted)
      : await reserveFor(world, known, wanted);
  const verdict = await world.agents.livenessFor(entry);
  const isReserved = kind === 'reserved';
  return {
    text: isReserved
      ? `Thread ${toPlainLine(wanted.thread)} is reserved for you, as ${entry.sessionId}. Give it back with release_thread.`
      : ownerText(entry, {
          nowMs: world.clock.now(),
          evidence: livenessSentence(entry, verdict.reason),
        }),
    data: {
      outcome: isReserved ? 'reserved' : 'live_owner',
      thread: wanted.thread,
      session_id: entry.sessionId,
      owner: agentName(entry),
      liveness: verdict.liveness,
      liveness_reason: verdict.reason,
      caller: callerToJson(by),
    },
  };
}

function readWanted(read: ToolInput): Wanted {
  const thread = read.requiredText('thread', maxThreadLength);
  const task = read.text('task', maxTaskLength);
  const problem = threadProblem(thread);
  if (problem !== undefined) throw unusable('thread', problem);
  const odd = task === undefined ? undefined : taskProblem(task);
  if (odd !== undefined) throw unusable('task', odd);
  return { thread, task };
}

async function reserveFor(
  world: ToolWorld,
  { sessionId }: AgentEntry,
  wanted: Wanted,
): Promise<Reserved> {
  const ports = { ...world, store: world.agentStore };
  const reservationToken = newToken(world);
  const outcome = await takeThread(ports, { ...wanted, sessionId, reservationToken });
  return { kind: outcome.kind === 'taken' ? 'reserved' : 'live-owner', entry: outcome.entry };
}

async function reserveAnew(
  world: ToolWorld,
  { actorKey, name }: ToolCaller,
  { thread, task }: Wanted,
): Promise<Reserved> {
  const fields = await world.newEntryFields();
  const now = formatTimestamp(world.clock.now());
  const build = (sessionId: string): AgentEntry =>
    newAgentEntry({
      ...fields,
      nativeActorKey: actorKey,
      sessionId,
      thread,
      threadId: thread,
      attachReason: task,
      reservationToken: newToken(world),
      startedAt: now,
      heartbeatAt: now,
    });
  const asker = partyWithoutEntry({ nativeActorKey: name });
  return world.agents.tryReserveThread(thread, build, asker);
}

function newToken({ random }: ToolWorld): string {
  return toSessionId(random(sessionIdByteCount));
}

function ownerText(
  entry: AgentEntry,
  { nowMs, evidence }: { readonly nowMs: number; readonly evidence: string },
): string {
  const startedMs = timestampMs(entry.startedAt);
  const since = startedMs === undefined ? '' : ` for ${shortDuration(nowMs - startedMs)}`;
  return `Thread ${toPlainLine(entry.thread)} is held by ${agentName(entry)} (${entry.sessionId})${since}. ${evidence} Choose another thread, or wait until it is released.`;
}

function unusable(argument: string, problem: string): RegistryError {
  return new RegistryError('invalid-entry', `"${argument}" cannot be used. ${problem}`);
}
