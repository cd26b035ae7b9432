import { forgetOldest } from './forgetOldest.ts';
import {
  isShort,
  longestShortMs,
  staleKey,
  type AgentPhase,
  type SessionAgent,
} from './sessionAgent.ts';
import type { SessionLine } from './sessionLine.ts';

const maxSeen = 1000;
const maxStaleTold = 1000;
const maxCalls = 100;
const maxRefused = 20;
const maxShells = 20;

/** A line about one agent of a session. */
export type AgentLine = Exclude<
  SessionLine,
  { readonly kind: 'session' | 'child' | 'fault' | 'end' }
>;
type LineOf<Kind> = AgentLine & { readonly kind: Kind };

/** Changes an agent by what one line tells of it. */
export function applyAgentLine(agent: SessionAgent, line: AgentLine): void {
  const { atMs } = line;
  agent.lastEventMs = atMs;
  switch (line.kind) {
    case 'prompt':
      beginTurn(agent);
      return void enter(agent, 'working', atMs);
    case 'tool':
      return void startCall(agent, line);
    case 'done':
      return void endCall(agent, line);
    case 'refused':
      return void refuseCall(agent, line);
    case 'seen':
      agent.seen.delete(line.path);
      agent.seen.set(line.path, { signature: line.signature, atMs, isEdit: line.isEdit === true });
      return void forgetOldest(agent.seen, maxSeen);
    case 'stale': {
      const key = staleKey(line.path, line.signature);
      if (!agent.staleTold.has(key)) agent.staleTold.set(key, line.callId);
      return void forgetOldest(agent.staleTold, maxStaleTold);
    }
    case 'waiting':
      agent.waitsFor = { reason: line.reason, text: firstTold(agent, line) };
      if (line.reason === 'idle') beginTurn(agent);
      return void enter(agent, line.reason === 'idle' ? 'idle' : 'waiting', atMs);
    case 'turn-end':
      beginTurn(agent);
      return void enter(agent, 'idle', atMs);
    case 'child-end':
      return void endAgent(agent, atMs);
    case 'usage':
      agent.usage = { ...agent.usage, ...line.usage };
      return;
    case 'state':
      return void restore(agent, line);
  }
}

/** Whoever is reminded of a question that is still open is told less of it than at first. */
function firstTold(
  { phase, waitsFor }: Pick<SessionAgent, 'phase' | 'waitsFor'>,
  { reason, text }: SessionLine & { readonly kind: 'waiting' },
): string | undefined {
  const isStillOpen = phase === 'waiting' && waitsFor?.reason === reason;
  return isStillOpen ? (waitsFor.text ?? text) : text;
}

/** Nothing is in hand any more of what was before. */
function beginTurn(agent: SessionAgent): void {
  agent.tools.clear();
  agent.edits = 0;
}

/** The agent is gone, and nothing is in its hands any more. */
export function endAgent(agent: SessionAgent, atMs: number): void {
  beginTurn(agent);
  enter(agent, 'ended', atMs);
}

function startCall(agent: SessionAgent, line: LineOf<'tool'>): void {
  const { name, does, paths, callId, atMs } = line;
  const key = callId ?? name;
  forgetLostCalls(agent, atMs);
  agent.tools.delete(key);
  agent.tools.set(key, { name, does, paths, sinceMs: atMs });
  // Some models count their calls anew in each answer, so that ids come again.
  agent.doneCalls.delete(key);
  enter(agent, 'working', atMs);
}

function endCall(agent: SessionAgent, line: LineOf<'done'>): void {
  const { callId, hook = '', atMs } = line;
  const key = callId ?? [...agent.tools.keys()].at(-1);
  const call = key === undefined ? undefined : agent.tools.get(key);
  if (key !== undefined) agent.tools.delete(key);
  forgetLostCalls(agent, atMs);
  if (call?.does === 'edit') agent.edits += 1;
  if (call?.does === 'shell') {
    agent.shells.push({ sinceMs: call.sinceMs, untilMs: atMs });
    if (agent.shells.length > maxShells) agent.shells.shift();
  }
  if (callId !== undefined && !agent.doneCalls.has(callId)) {
    agent.doneCalls.set(callId, hook);
    forgetOldest(agent.doneCalls, maxCalls);
  }
  // The end of a call comes after the answer to the question whether it may be made.
  if (agent.phase === 'waiting') enter(agent, 'working', atMs);
}

function refuseCall(agent: SessionAgent, line: LineOf<'refused'>): void {
  const { callId, name, paths, reason, atMs } = line;
  const key = callId ?? name;
  agent.tools.delete(key);
  agent.refusedCalls.delete(key);
  agent.refusedCalls.set(key, { name, paths, reason, atMs });
  forgetOldest(agent.refusedCalls, maxRefused);
}

/** Of some calls no end is told: those that a person did not allow, and patches in a shell command. */
function forgetLostCalls({ tools }: SessionAgent, atMs: number): void {
  for (const [key, call] of tools) {
    if (isShort(call) && atMs - call.sinceMs > longestShortMs) tools.delete(key);
  }
}

function restore(agent: SessionAgent, line: LineOf<'state'>): void {
  const { phase, sinceMs, edits, waitsFor } = line;
  Object.assign(agent, { phase, sinceMs, edits });
  agent.waitsFor = waitsFor && { reason: waitsFor.reason, text: waitsFor.text };
}

function enter(agent: SessionAgent, phase: AgentPhase, atMs: number): void {
  if (phase === 'working' || phase === 'ended') agent.waitsFor = undefined;
  if (agent.phase === phase) return;
  agent.phase = phase;
  agent.sinceMs = atMs;
}
