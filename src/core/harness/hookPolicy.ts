import { RegistryError } from '../agents/registryError.ts';
import { guardEdit } from './editGuard.ts';
import type { HarnessEvent, ToolCall } from './harnessEvent.ts';
import { nothingToSay, type HookDecision } from './hookDecision.ts';
import type { HookPorts } from './hookPorts.ts';
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
  if (isRest(event) && ports.record.state === undefined) return nothingToSay;

  const agent = await agentOf(event, ports);
  const by = event.childKey === undefined ? {} : { child: event.childKey };
  const atMs = ports.clock.now();
  switch (action.kind) {
    case 'session-started':
      // Whatever was in hand before is not any more.
      await endTurn(agent, ports);
      ports.record.append({ kind: 'turn-end', atMs, ...by });
      ports.handOn(event, agent.entryId);
      return nothingToSay;
    case 'prompt':
      if (ports.settings.holdUntil === 'turn') await endTurn(agent, ports);
      ports.record.append({ kind: 'prompt', atMs, ...by });
      ports.record.compact();
      return nothingToSay;
    case 'tool-starting':
      return startTool({ event, agent, call: action.call }, ports);
    case 'tool-ended':
      return endTool({ event, agent, call: action.call, hasFailed: action.hasFailed }, ports);
    case 'files-edited':
      await noteEdits({ event, agent, paths: action.paths }, ports);
      return nothingToSay;
    case 'waiting': {
      const { reason, text } = action;
      ports.record.append({ kind: 'waiting', atMs, ...by, reason, text });
      // Claude Code tells nothing of an interrupted turn but that it is idle.
      if (reason === 'idle' && ports.settings.holdUntil === 'turn') await endTurn(agent, ports);
      return nothingToSay;
    }
    case 'turn-ended': {
      const { edits } = agent;
      ports.record.append({ kind: 'turn-end', atMs, ...by });
      if (ports.settings.holdUntil === 'turn') await endTurn(agent, ports, edits);
      await ports.agents.noteTurn(agent.entryId, event);
      return nothingToSay;
    }
    case 'child-ended':
      return endChild(event, agent, ports);
    case 'usage':
      ports.record.append({ kind: 'usage', atMs, ...by, usage: action.usage });
      return nothingToSay;
    case 'child-started':
    case 'other':
      return nothingToSay;
  }
}

/** An end of something of which nothing is known needs no beginning. */
function isRest({ action }: HarnessEvent): boolean {
  return action.kind === 'turn-ended' || action.kind === 'child-ended' || action.kind === 'usage';
}

/** The agent of the event, registered if it is not. */
async function agentOf(event: HarnessEvent, ports: HookPorts): Promise<SessionAgent> {
  const { record } = ports;
  const { childKey, action } = event;
  const known = record.state?.header;
  const mustRegister =
    known === undefined ||
    record.state?.isEnded === true ||
    (action.kind === 'session-started' && childKey === undefined);
  const header = mustRegister ? await ports.agents.register(event, known) : known;
  if (mustRegister) record.append(header);
  else if (hasMoved(event, header)) record.append(moved(event, header, ports.clock.now()));
  if (childKey === undefined) return expectAgent(record.state?.agents.get(''));

  const child = record.state?.agents.get(childKey);
  if (child === undefined || (child.phase === 'ended' && action.kind !== 'child-ended')) {
    const entryId = await ports.agents.registerChild(event, header);
    const { childType, transcriptPath } = event;
    const atMs = ports.clock.now();
    record.append({ kind: 'child', atMs, child: childKey, entryId, childType, transcriptPath });
  }
  return expectAgent(record.state?.agents.get(childKey));
}

type Header = SessionLine & { readonly kind: 'session' };

function hasMoved(event: HarnessEvent, header: Header): boolean {
  if (event.childKey !== undefined) return false;
  const { model, transcriptPath } = event;
  return (
    (model !== undefined && model !== header.model) ||
    (transcriptPath !== undefined && transcriptPath !== header.transcriptPath)
  );
}

function moved(event: HarnessEvent, header: Header, atMs: number): Header {
  return {
    ...header,
    atMs,
    model: event.model ?? header.model,
    transcriptPath: event.transcriptPath ?? header.transcriptPath,
  };
}

function expectAgent(agent: SessionAgent | undefined): SessionAgent {
  if (agent !== undefined) return agent;
  throw new RegistryError(
    'io',
    'The record of the session cannot be written. Run "heddle-agents doctor".',
  );
}

interface AtTool {
  readonly event: HarnessEvent;
  readonly agent: SessionAgent;
  readonly call: ToolCall;
}

async function startTool(at: AtTool, ports: HookPorts): Promise<HookDecision> {
  const { event, agent, call } = at;
  const { action } = call;
  ports.record.append(toolLine(at, ports));
  switch (action.kind) {
    case 'edit':
      return guardEdit({ event, agent, paths: action.paths, callId: call.callId }, ports);
    case 'shell':
      await watchShell(at, ports);
      return nothingToSay;
    case 'own-tool':
      return {
        kind: 'replace-input',
        input: { ...action.input, [stampField]: agent.entryId },
      };
    case 'read':
    case 'other':
      return nothingToSay;
  }
}

/** The argument in which tools of our own are told for whom they are called. */
export const stampField = '_heddleSession';

/** What the agent is about to do, for those who watch it. */
export function toolLine(
  { event, call }: Pick<AtTool, 'event' | 'call'>,
  { files, clock }: Pick<HookPorts, 'files' | 'clock'>,
): SessionLine {
  const { action, callId, name } = call;
  const named = action.kind === 'edit' || action.kind === 'read' ? action.paths : [];
  const paths = named.flatMap((path) => files.look(path, event.cwd)?.path ?? []);
  const by = event.childKey === undefined ? {} : { child: event.childKey };
  const does: RecordedAction = action.kind === 'own-tool' ? 'other' : action.kind;
  return { kind: 'tool', atMs: clock.now(), ...by, ...(callId && { callId }), name, does, paths };
}

async function endTool(
  at: AtTool & { readonly hasFailed: boolean },
  ports: HookPorts,
): Promise<HookDecision> {
  const { event, agent, call, hasFailed } = at;
  const { action, callId } = call;
  const isRepeated = callId !== undefined && agent.doneCalls.has(callId);
  const by = event.childKey === undefined ? {} : { child: event.childKey };
  ports.record.append({ kind: 'done', atMs: ports.clock.now(), ...by, ...(callId && { callId }) });
  if (isRepeated) return nothingToSay;
  if (action.kind === 'shell') return noticeShellWrites(at, ports);
  if (hasFailed) return nothingToSay;
  if (action.kind === 'read') noteReads(event, action.paths, ports);
  if (action.kind === 'edit') await noteEdits({ event, agent, paths: action.paths }, ports);
  return nothingToSay;
}

/** What an agent has read is what it builds on. */
export function noteReads(
  event: HarnessEvent,
  paths: readonly string[],
  { files, clock, record }: Pick<HookPorts, 'files' | 'clock' | 'record'>,
): void {
  const by = event.childKey === undefined ? {} : { child: event.childKey };
  const lines = paths.flatMap((path): SessionLine[] => {
    const file = files.look(path, event.cwd);
    return file ? [{ kind: 'seen', atMs: clock.now(), ...by, ...file }] : [];
  });
  if (lines.length > 0) record.append(...lines);
}

async function endTurn(agent: SessionAgent, ports: HookPorts, edits = agent.edits): Promise<void> {
  if (!ports.mayHold(agent.entryId)) return;
  await ports.locks.closeTurn({ kind: 'session', sessionId: agent.entryId }, { edits });
}

async function endChild(
  event: HarnessEvent,
  agent: SessionAgent,
  ports: HookPorts,
): Promise<HookDecision> {
  const child = event.childKey;
  if (child === undefined || agent.phase === 'ended') return nothingToSay;
  await ports.agents.noteTurn(agent.entryId, event);
  await endTurn(agent, ports);
  ports.record.append({ kind: 'child-end', atMs: ports.clock.now(), child });
  await ports.agents.complete(agent.entryId);
  return nothingToSay;
}

async function endSession(event: HarnessEvent, ports: HookPorts): Promise<HookDecision> {
  const { state } = ports.record;
  if (state === undefined || state.isEnded) return nothingToSay;
  ports.record.append({ kind: 'end', atMs: ports.clock.now() });
  // Children first, so that nobody sees a child without its parent.
  const agents = [...state.agents.values()].reverse();
  for (const agent of agents) {
    await endTurn(agent, ports);
    if (agent.childKey === undefined) await ports.agents.noteTurn(agent.entryId, event);
    await ports.agents.complete(agent.entryId);
  }
  return nothingToSay;
}
