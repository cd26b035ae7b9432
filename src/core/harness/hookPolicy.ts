import { stampArgument } from '../agents/callerIdentity.ts';
import { guardEdit } from './editGuard.ts';
import { agentOf, byOf, isBelated } from './eventAgent.ts';
import type { HarnessEvent, ToolCall } from './harnessEvent.ts';
import { nothingToSay, type HookDecision } from './hookDecision.ts';
import type { HookPorts } from './hookPorts.ts';
import { keepLocks } from './keptLocks.ts';
import { noteEdits } from './notedEdits.ts';
import type { RecordedAction, SessionLine } from './sessionLine.ts';
import type { SessionAgent } from './sessionState.ts';
import { noticeShellWrites, watchShell } from './shellWrites.ts';

/**
 * What a hook does about an event, the same for all coding agents: it keeps the record of the session,
 * its entries and its locks, and decides what the agent is told.
 *
 * @throws RegistryError of the stores. What the record says by then stays.
 */
export async function handleEvent(event: HarnessEvent, ports: HookPorts): Promise<HookDecision> {
  const { action } = event;
  if (action.kind === 'session-ended') return endSession(event, ports);
  if (isBelated(event, ports)) return nothingToSay;

  const previous = ports.record.state?.header.process;
  const agent = await agentOf(event, ports);
  const by = byOf(event);
  const atMs = ports.clock.now();
  switch (action.kind) {
    case 'session-started':
      ports.handOn(event, agent.entryId);
      // Whatever was in hand before is not any more, nor are the children of an earlier process.
      await inTurn([
        () => closeTurn(agent, { kind: 'turn-end', atMs, ...by }, ports),
        () => endStrayChildren(previous?.pid, ports),
      ]);
      return { kind: 'identify', sessionId: agent.entryId };
    case 'prompt':
      await closeTurn(agent, { kind: 'prompt', atMs, ...by }, ports, ports.settings.holdUntil);
      ports.record.compact();
      return { kind: 'identify', sessionId: agent.entryId };
    case 'tool-starting':
      return startTool({ event, agent, call: action.call }, ports);
    case 'tool-ended':
      return endTool({ event, agent, call: action.call, hasFailed: action.hasFailed }, ports);
    case 'files-edited':
      await noteEdits({ event, agent, paths: action.paths }, ports);
      return nothingToSay;
    case 'waiting': {
      const { reason, text } = action;
      const line = { kind: 'waiting', atMs, ...by, reason, text } as const;
      // Claude Code tells nothing of an interrupted turn but that it is idle.
      if (reason === 'idle') await closeTurn(agent, line, ports, ports.settings.holdUntil);
      else ports.record.append(line);
      return nothingToSay;
    }
    case 'turn-ended':
      await inTurn([
        () => closeTurn(agent, { kind: 'turn-end', atMs, ...by }, ports, ports.settings.holdUntil),
        () => ports.agents.noteTurn(agent.entryId, event),
      ]);
      ports.record.compact();
      return nothingToSay;
    case 'child-ended':
      return endChild(event, agent, ports);
    case 'usage':
      ports.record.append({ kind: 'usage', atMs, ...by, usage: action.usage });
      return nothingToSay;
    case 'child-started':
    case 'other':
      await keepLocks(ports);
      return nothingToSay;
  }
}

interface AtTool {
  readonly event: HarnessEvent;
  readonly agent: SessionAgent;
  readonly call: ToolCall;
}

async function startTool(at: AtTool, ports: HookPorts): Promise<HookDecision> {
  const { event, agent, call } = at;
  const { action } = call;
  const line = toolLine(at, ports);
  const told = refusalOf(agent, line, call.callId);
  if (told !== undefined) return { kind: 'refuse', reason: told };
  ports.record.append(line);
  switch (action.kind) {
    case 'edit': {
      const edit = { event, agent, paths: action.paths, callId: call.callId };
      const decision = await guardEdit(edit, ports);
      if (decision.kind === 'refuse') {
        ports.record.append(refusedLine(line, decision.reason, ports));
      }
      return decision;
    }
    case 'shell':
      watchShell(at, ports);
      await keepLocks(ports);
      return nothingToSay;
    case 'own-tool':
      return { kind: 'replace-input', input: { ...action.input, [stampArgument]: agent.entryId } };
    case 'read':
    case 'other':
      await keepLocks(ports);
      return nothingToSay;
  }
}

/** One call is told by several hooks within moments; later the same id may be that of another call. */
const sameCallMs = 10_000;

/** What was answered to another hook of the very same call. */
function refusalOf(
  agent: SessionAgent,
  { paths, atMs }: ToolLine,
  callId: string | undefined,
): string | undefined {
  const refused = callId === undefined ? undefined : agent.refusedCalls.get(callId);
  const isSame =
    refused !== undefined &&
    Math.abs(atMs - refused.atMs) < sameCallMs &&
    refused.paths.join('\n') === paths.slice(0, refused.paths.length).join('\n');
  return isSame ? refused.reason : undefined;
}

function refusedLine(line: ToolLine, reason: string, { clock }: HookPorts): SessionLine {
  const { child, callId, name, paths } = line;
  return { kind: 'refused', atMs: clock.now(), child, callId, name, paths, reason };
}

type ToolLine = SessionLine & { readonly kind: 'tool' };

/** What the agent is about to do, for those who watch it. */
function toolLine(
  { event, call }: Pick<AtTool, 'event' | 'call'>,
  { files, clock }: Pick<HookPorts, 'files' | 'clock'>,
): ToolLine {
  const { action, callId, name } = call;
  const named = action.kind === 'edit' || action.kind === 'read' ? action.paths : [];
  const paths = named.slice(0, 20).flatMap((path) => files.look(path, event.cwd)?.path ?? []);
  const does: RecordedAction = action.kind === 'own-tool' ? 'other' : action.kind;
  const ofCall = callId === undefined ? {} : { callId };
  return { kind: 'tool', atMs: clock.now(), ...byOf(event), ...ofCall, name, does, paths };
}

async function endTool(
  at: AtTool & { readonly hasFailed: boolean },
  ports: HookPorts,
): Promise<HookDecision> {
  const { event, call, hasFailed } = at;
  const { action } = call;
  if (!isFirstToTell(at, ports)) return nothingToSay;
  if (action.kind === 'shell') return noticeShellWrites(at, ports);
  if (hasFailed) return nothingToSay;
  if (action.kind === 'read') noteReads(event, action.paths, ports);
  if (action.kind === 'edit') await noteEdits({ ...at, paths: action.paths }, ports);
  else await keepLocks(ports);
  return nothingToSay;
}

/** Several hooks may tell the end of one call, one after another or at once. */
function isFirstToTell({ event, agent, call }: AtTool, { record, clock }: HookPorts): boolean {
  const { callId, action } = call;
  if (callId !== undefined && agent.doneCalls.has(callId)) return false;
  const ofCall = callId === undefined ? {} : { callId, hook: record.hook };
  record.append({ kind: 'done', atMs: clock.now(), ...byOf(event), ...ofCall });
  const isWorthALook = action.kind === 'edit' || action.kind === 'shell';
  if (callId === undefined || !isWorthALook) return true;
  record.reread();
  const told = record.state?.agents.get(event.childKey ?? '')?.doneCalls.get(callId);
  return told === undefined || told === record.hook;
}

/** What an agent has read is what it builds on. */
function noteReads(
  event: HarnessEvent,
  paths: readonly string[],
  { files, clock, record }: Pick<HookPorts, 'files' | 'clock' | 'record'>,
): void {
  const atMs = clock.now();
  const lines = paths.flatMap((path): SessionLine[] => {
    const file = files.look(path, event.cwd);
    if (file === undefined) return [];
    const { key, signature } = file;
    return [{ kind: 'seen', atMs, ...byOf(event), path: key, signature }];
  });
  record.append(...lines);
}

/** The line comes first: whatever fails after it, the turn is over. */
async function closeTurn(
  agent: SessionAgent,
  line: SessionLine,
  ports: HookPorts,
  until: 'turn' | 'task' = 'turn',
): Promise<void> {
  const { entryId, edits } = agent;
  ports.record.append(line);
  if (until === 'task' || (edits === 0 && !ports.mayHold(entryId))) return;
  await ports.locks.closeTurn({ kind: 'session', sessionId: entryId }, { edits });
}

async function endChild(
  event: HarnessEvent,
  agent: SessionAgent,
  ports: HookPorts,
): Promise<HookDecision> {
  const { childKey } = event;
  if (childKey === undefined) return nothingToSay;
  await inTurn([
    () => closeTurn(agent, childEnd(childKey, ports), ports),
    () => ports.agents.complete(agent.entryId),
  ]);
  return nothingToSay;
}

/** A child lives in the process of its session. */
async function endStrayChildren(previousPid: number | undefined, ports: HookPorts): Promise<void> {
  const { header, agents } = ports.record.state ?? {};
  if (previousPid === undefined || previousPid === header?.process?.pid) return;
  const strays = [...(agents?.values() ?? [])].filter(({ phase }) => phase !== 'ended');
  for (const stray of strays) {
    const { childKey, entryId } = stray;
    if (childKey === undefined) continue;
    await inTurn([
      () => closeTurn(stray, childEnd(childKey, ports), ports),
      () => ports.agents.complete(entryId),
    ]);
  }
}

function childEnd(child: string, { clock }: HookPorts): SessionLine {
  return { kind: 'child-end', atMs: clock.now(), child };
}

async function endSession(event: HarnessEvent, ports: HookPorts): Promise<HookDecision> {
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
async function inTurn(steps: readonly (() => Promise<void>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const step of steps) await step().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}
