import type { ReportedUsage, WaitReason } from './harnessEvent.ts';
import {
  decodeSessionLine,
  type RecordedAction,
  type RecordedPhase,
  type SessionHeader,
  type SessionLine,
} from './sessionLine.ts';

/**
 * What an agent is in the middle of: it has something to do, cannot go on without a person, is between
 * turns, or is gone.
 */
export type AgentPhase = RecordedPhase;

/** A tool call that has begun and of which no end was told. */
export interface RunningTool {
  readonly name: string;
  readonly does: RecordedAction;
  /** Lock paths. */
  readonly paths: readonly string[];
  readonly sinceMs: number;
}

/** A tool call that was not let through. */
export interface RefusedCall {
  readonly name: string;
  readonly paths: readonly string[];
  readonly reason: string;
  readonly atMs: number;
}

/** A file as an agent last saw it. */
export interface SeenFile {
  readonly signature: string;
  readonly atMs: number;
  /** True when the agent itself changed it to what it is. */
  readonly isEdit: boolean;
}

/** A span of time in which an agent ran a command. */
export interface ShellSpan {
  readonly sinceMs: number;
  readonly untilMs: number;
}

/** One agent of a session: the session itself or a child in it. */
export interface SessionAgent {
  /** Undefined for the session itself. */
  readonly childKey: string | undefined;
  /** The session id of its entry in the registry. */
  readonly entryId: string;
  readonly childType: string | undefined;
  readonly transcriptPath: string | undefined;
  phase: AgentPhase;
  /** Since when it is in this phase. */
  sinceMs: number;
  waitsFor: { readonly reason: WaitReason; readonly text: string | undefined } | undefined;
  /** By call id, or by name where there is none; the newest last. */
  readonly tools: Map<string, RunningTool>;
  /** Calls of which the end was told, the newest last, and which hook was the first to tell it. */
  readonly doneCalls: Map<string, string>;
  /** By call id, the newest last. */
  readonly refusedCalls: Map<string, RefusedCall>;
  /** Its last commands that have ended, the newest last. */
  readonly shells: ShellSpan[];
  /** By the newest line, so that a clock that was set back is believed. */
  lastEventMs: number;
  /** Edits of this turn that were carried out. */
  edits: number;
  /** By the key of the path. */
  readonly seen: Map<string, SeenFile>;
  /** Changes of which it was told once, by path and signature, and with which call. */
  readonly staleTold: Map<string, string | undefined>;
  usage: ReportedUsage | undefined;
}

/** What the record of a session says. */
export interface SessionState {
  readonly header: SessionHeader;
  /** By child key; the session itself under ''. */
  readonly agents: ReadonlyMap<string, SessionAgent>;
  /** Each text once, the newest last, bounded. */
  readonly faults: readonly { readonly atMs: number; readonly text: string }[];
  readonly isEnded: boolean;
}

const maxSeen = 1000;
const maxStaleTold = 1000;
const maxCalls = 100;
const maxRefused = 20;
const maxShells = 20;
const maxFaults = 20;
/** Reading or changing a file takes no longer; the end of such a call was not told. */
export const longestShortMs = 60_000;

/** Puts lines together, in the order in which they were written. It can be fed more lines later. */
export class SessionFold {
  private header: SessionHeader | undefined;
  private agents = new Map<string, SessionAgent>();
  private readonly toldFaults: { atMs: number; text: string }[] = [];
  private readonly unguarded = new Map<string, string>();
  private isEnded = false;
  private newerLines = 0;

  /** Undefined as long as there was no line that says whose record it is. */
  get state(): SessionState | undefined {
    if (this.header === undefined) return undefined;
    const { header, agents, faults, isEnded } = this;
    return { header, agents, faults, isEnded };
  }

  /** Each text once, also of a session that could not even be registered. */
  get faults(): readonly { readonly atMs: number; readonly text: string }[] {
    return this.toldFaults;
  }

  /** Edits that went on unguarded, by call id, and which hook was the first to tell it. */
  get unguardedCalls(): ReadonlyMap<string, string> {
    return this.unguarded;
  }

  /** True when a later version wrote lines whose meaning is not known. */
  get hasNewerLines(): boolean {
    return this.newerLines > 0;
  }

  /** Whole lines; what is no line of this version is left out. */
  addText(text: string): void {
    for (const each of text.split('\n')) {
      if (each === '') continue;
      const line = decodeSessionLine(each);
      if (line === 'newer') this.newerLines += 1;
      else if (line) this.add(line);
    }
  }

  add(line: SessionLine): void {
    if (line.kind === 'session') return void this.open(line);
    if (line.kind === 'child') return void this.openChild(line);
    if (line.kind === 'fault') return void this.addFault(line);
    if (line.kind === 'end') return void this.endAll(line.atMs);
    const agent = this.agents.get(line.child ?? '');
    if (agent) apply(agent, line);
  }

  private open(header: SessionHeader): void {
    // Two names may share a record; whoever comes takes it over.
    if (this.header !== undefined && this.header.sessionKey !== header.sessionKey) {
      this.agents = new Map();
    }
    this.header = header;
    this.isEnded = false;
    const known = this.agents.get('');
    const { entryId, transcriptPath, atMs } = header;
    const childType = undefined;
    const fresh = newAgent({ childKey: undefined, entryId, childType, transcriptPath, atMs });
    // Taken up again: what it has seen and was told stays.
    this.agents.set('', known ? { ...known, entryId, transcriptPath } : fresh);
  }

  private openChild(line: SessionLine & { readonly kind: 'child' }): void {
    const { child, entryId, childType, transcriptPath, atMs } = line;
    const known = this.agents.get(child);
    if (known?.entryId === entryId && known.phase !== 'ended') {
      const path = transcriptPath ?? known.transcriptPath;
      this.agents.set(child, { ...known, transcriptPath: path });
      return;
    }
    const fresh = newAgent({ childKey: child, entryId, childType, transcriptPath, atMs });
    this.agents.set(child, { ...fresh, phase: 'working' });
  }

  private addFault({ atMs, text, callId, hook }: SessionLine & { readonly kind: 'fault' }): void {
    if (callId !== undefined && !this.unguarded.has(callId)) {
      this.unguarded.set(callId, hook ?? '');
      forgetOldest(this.unguarded, maxCalls);
    }
    if (this.toldFaults.some((each) => each.text === text)) return;
    this.toldFaults.push({ atMs, text });
    if (this.toldFaults.length > maxFaults) this.toldFaults.shift();
  }

  private endAll(atMs: number): void {
    this.isEnded = true;
    for (const agent of this.agents.values()) endAgent(agent, atMs);
  }
}

type AgentLine = Exclude<SessionLine, { readonly kind: 'session' | 'child' | 'fault' | 'end' }>;
type LineOf<Kind> = AgentLine & { readonly kind: Kind };

function apply(agent: SessionAgent, line: AgentLine): void {
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

function endAgent(agent: SessionAgent, atMs: number): void {
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

/** Reading or changing a file takes moments, unless a person is asked. */
function isShort({ does }: RunningTool): boolean {
  return does === 'read' || does === 'edit';
}

/** Whether it runs something that may well say nothing for a long time. */
export function isInLongCall({ tools }: Pick<SessionAgent, 'tools'>): boolean {
  return [...tools.values()].some((call) => !isShort(call));
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

function newAgent({
  atMs,
  ...fields
}: Pick<SessionAgent, 'childKey' | 'entryId' | 'childType' | 'transcriptPath'> & {
  readonly atMs: number;
}): SessionAgent {
  return {
    ...fields,
    phase: 'idle',
    sinceMs: atMs,
    waitsFor: undefined,
    tools: new Map(),
    doneCalls: new Map(),
    refusedCalls: new Map(),
    shells: [],
    lastEventMs: atMs,
    edits: 0,
    seen: new Map(),
    staleTold: new Map(),
    usage: undefined,
  };
}

function forgetOldest(kept: Map<string, unknown>, most: number): void {
  if (kept.size <= most) return;
  const oldest = kept.keys().next().value;
  if (oldest !== undefined) kept.delete(oldest);
}

/** One change of one file. */
export function staleKey(path: string, signature: string): string {
  return `${path}\0${signature}`;
}
