import { stampArgument } from '../agents/callerIdentity.ts';
import { guardEdit } from './editGuard.ts';
import { agentOf, byOf, isBelated } from './eventAgent.ts';
import type { HarnessEvent, ToolCall } from './harnessEvent.ts';
import { nothingToSay, type HookDecision } from './hookDecision.ts';
import type { HookPorts } from './hookPorts.ts';
import { keepLocks } from './keptLocks.ts';
import { lostEdits, noteEdits, noteLostEdits } from './notedEdits.ts';
import { closeTurn, endChild, endSession, endStrayChildren, inTurn } from './endings.ts';
import { fewestPathsKept, type RecordedAction, type SessionLine } from './sessionLine.ts';
import { longestShortMs, type SessionAgent } from './sessionAgent.ts';
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
  const until = ports.settings.holdUntil;
  switch (action.kind) {
    case 'session-started':
      ports.handOn(event, agent.entryId);
      // Whatever was in hand before is not any more, nor are the children of an earlier process.
      await inTurn([
        () => closeTurn({ event, agent, line: { kind: 'turn-end', atMs, ...by } }, ports),
        () => endStrayChildren(previous?.pid, ports),
      ]);
      return { kind: 'identify', sessionId: agent.entryId };
    case 'prompt':
      await closeTurn({ event, agent, line: { kind: 'prompt', atMs, ...by }, until }, ports);
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
      if (reason === 'idle') await closeTurn({ event, agent, line, until }, ports);
      else ports.record.append(line);
      return nothingToSay;
    }
    case 'turn-ended':
      await inTurn([
        () => closeTurn({ event, agent, line: { kind: 'turn-end', atMs, ...by }, until }, ports),
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
  const lost = lostEdits({ event, agent }, ports, { untilMs: line.atMs - longestShortMs });
  // What happened before is no reason to fail; at the end of the turn it is looked at again.
  await noteLostEdits({ event, agent, lost }, ports).catch(() => undefined);
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
    areSamePaths(refused.paths, paths);
  return isSame ? refused.reason : undefined;
}

/** The record may have kept fewer of them, but not none that would tell. */
function areSamePaths(kept: readonly string[], paths: readonly string[]): boolean {
  if (kept.length < Math.min(paths.length, fewestPathsKept)) return false;
  return kept.every((path, i) => path === paths[i]);
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
