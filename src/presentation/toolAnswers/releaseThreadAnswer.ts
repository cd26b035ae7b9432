import {
  agentStatuses,
  type AgentEntry,
  type TerminalStatus,
} from '../../core/agents/agentEntry.ts';
import { isReservation } from '../../core/agents/agentEntry.ts';
import { withStatus } from '../../core/agents/entryStatus.ts';
import { giveThreadBack } from '../../core/agents/threadTaking.ts';
import { toPlainLine } from '../plainText.ts';
import { callerToJson, expectCaller } from './callerWords.ts';
import { isMadeForThread, ownEntry } from './ownEntry.ts';
import type { ToolAnswer, ToolCall, ToolCaller, ToolWorld } from './toolCall.ts';
import { ToolInput } from './toolInput.ts';

const terminalStatuses = agentStatuses.filter((status) => status !== 'active');

/** Gives back the thread of the caller. An agent that was there before stays; an entry made for the thread ends. */
export async function releaseThreadAnswer({ world, caller, input }: ToolCall): Promise<ToolAnswer> {
  const read = new ToolInput(input, ['status']);
  const status: TerminalStatus = read.word('status', terminalStatuses) ?? 'complete';
  const by = expectCaller(caller);
  const entry = await ownEntry(world, by);
  const released = entry && (await release(world, { entry, caller: by, status }));
  return {
    text:
      released === undefined
        ? 'You hold no thread; nothing was changed.'
        : `Thread ${toPlainLine(released)} is free.`,
    data: {
      released: released ?? null,
      session_id: entry?.sessionId ?? null,
      caller: callerToJson(by),
    },
  };
}

/** The thread that was given back. */
async function release(
  world: ToolWorld,
  {
    entry,
    caller,
    status,
  }: {
    readonly entry: AgentEntry;
    readonly caller: ToolCaller;
    readonly status: TerminalStatus;
  },
): Promise<string | undefined> {
  const { sessionId } = entry;
  if (!isMadeForThread(entry, caller)) {
    return (await giveThreadBack({ ...world, store: world.agentStore }, sessionId))?.thread;
  }
  const ended = await world.agents.updateEntry(sessionId, (current) =>
    current.status === 'active' ? withStatus(current, status, world.clock.now()) : current,
  );
  return ended && isReservation(ended) ? ended.thread : undefined;
}
