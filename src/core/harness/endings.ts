import type { HarnessEvent } from './harnessEvent.ts';
import { nothingToSay, type HookDecision } from './hookDecision.ts';
import type { HookPorts } from './hookPorts.ts';
import { lostEdits, noteLostEdits } from './notedEdits.ts';
import type { SessionLine } from './sessionLine.ts';
import type { SessionAgent } from './sessionAgent.ts';

export interface EndingTurn {
  /** What the agent itself told; undefined when it is ended by what happened to others. */
  readonly event: HarnessEvent | undefined;
  readonly agent: SessionAgent;
  readonly line: SessionLine;
  /** With `task` its locks stay. */
  readonly until?: 'turn' | 'task' | undefined;
}

/** The line comes first: whatever fails after it, the turn is over. */
export async function closeTurn(
  { event, agent, line, until = 'turn' }: EndingTurn,
  ports: HookPorts,
): Promise<void> {
  const { entryId, edits } = agent;
  const lost = event ? lostEdits({ event, agent }, ports) : [];
  ports.record.append(line);
  await inTurn([
    async () => {
      if (event) await noteLostEdits({ event, agent, lost }, ports);
    },
    async () => {
      if (until === 'task' || (edits === 0 && !ports.mayHold(entryId))) return;
      await ports.locks.closeTurn({ kind: 'session', sessionId: entryId }, { edits });
    },
  ]);
}

/** Gives back what a child holds, and ends it. */
export async function endChild(
  event: HarnessEvent,
  agent: SessionAgent,
  ports: HookPorts,
): Promise<HookDecision> {
  const { childKey } = event;
  if (childKey === undefined) return nothingToSay;
  await inTurn([
    () => closeTurn({ event, agent, line: childEnd(childKey, ports) }, ports),
    () => ports.agents.complete(agent.entryId),
  ]);
  return nothingToSay;
}

/** Ends the children of an earlier process: a child lives in the process of its session. */
export async function endStrayChildren(
  previousPid: number | undefined,
  ports: HookPorts,
): Promise<void> {
  const { header, agents } = ports.record.state ?? {};
  if (previousPid === undefined || previousPid === header?.process?.pid) return;
  const strays = [...(agents?.values() ?? [])].filter(({ phase }) => phase !== 'ended');
  for (const stray of strays) {
    const { childKey, entryId } = stray;
    if (childKey === undefined) continue;
    await inTurn([
      () => closeTurn({ event: undefined, agent: stray, line: childEnd(childKey, ports) }, ports),
      () => ports.agents.complete(entryId),
    ]);
  }
}

function childEnd(child: string, { clock }: HookPorts): SessionLine {
  return { kind: 'child-end', atMs: clock.now(), child };
}

/** Ends a session and its children, and gives back what they hold. */
export async function endSession(event: HarnessEvent, ports: HookPorts): Promise<HookDecision> {
  const { state } = ports.record;
  const isKnown = state?.header.sessionKey === event.sessionKey;
  if (state === undefined || state.isEnded || !isKnown) return nothingToSay;
  const end: SessionLine = { kind: 'end', atMs: ports.clock.now() };
  ports.record.append(end);
  // Children first, so that nobody sees a child without its parent.
  const agents = [...state.agents.values()].reverse();
  await inTurn(
    agents.flatMap(({ entryId }) => [
      async () => {
        if (!ports.mayHold(entryId)) return;
        await ports.locks.closeTurn({ kind: 'session', sessionId: entryId });
      },
      () => ports.agents.complete(entryId),
    ]),
  );
  return nothingToSay;
}

/** One that fails does not keep the others from being done. @throws what the first of them threw */
export async function inTurn(steps: readonly (() => Promise<void>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const step of steps) await step().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}
