import type { ReportedUsage, WaitReason } from './harnessEvent.ts';
import {
  decodeSessionLine,
  type RecordedAction,
  type SessionHeader,
  type SessionLine,
} from './sessionLine.ts';

/** What an agent is in the middle of. */
export type AgentPhase =
  /** It has something to do. */
  | 'working'
  /** It cannot go on without a person. */
  | 'waiting'
  /** Its turn is over. */
  | 'idle'
  | 'ended';

/** A tool call that has begun and of which no end was told. */
export interface RunningTool {
  readonly name: string;
  readonly does: RecordedAction;
  /** Lock paths. */
  readonly paths: readonly string[];
  readonly sinceMs: number;
}

/** A file as an agent last saw it. */
export interface SeenFile {
  readonly signature: string;
  readonly atMs: number;
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
  /** Calls of which the end was told, the newest last. */
  readonly doneCalls: Set<string>;
  lastEventMs: number;
  /** Edits of this turn that were carried out. */
  edits: number;
  readonly seen: Map<string, SeenFile>;
  /** Changes of which it was told once, as `path` and signature. */
  readonly staleTold: Set<string>;
  usage: ReportedUsage | undefined;
}

/** What the record of a session says. */
export interface SessionState {
  readonly header: SessionHeader;
  /** By child key; the session itself under ''. */
  readonly agents: ReadonlyMap<string, SessionAgent>;
  /** The newest last, bounded. */
  readonly faults: readonly { readonly atMs: number; readonly text: string }[];
  readonly isEnded: boolean;
}

const maxSeen = 1000;
const maxDoneCalls = 100;
const maxFaults = 20;

/** Puts lines together, in the order in which they were written. It can be fed more lines later. */
export class SessionFold {
  private header: SessionHeader | undefined;
  private readonly agents = new Map<string, SessionAgent>();
  private readonly faults: { atMs: number; text: string }[] = [];
  private isEnded = false;

  /** Undefined as long as there was no line that says whose record it is. */
  get state(): SessionState | undefined {
    if (this.header === undefined) return undefined;
    return {
      header: this.header,
      agents: this.agents,
      faults: this.faults,
      isEnded: this.isEnded,
    };
  }

  /** Whole lines; what is no line of this version is left out. */
  addText(text: string): void {
    for (const each of text.split('\n')) {
      if (each === '') continue;
      const line = decodeSessionLine(each);
      if (line) this.add(line);
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
    this.header = header;
    this.isEnded = false;
    const known = this.agents.get('');
    const { entryId, transcriptPath, atMs } = header;
    const fresh = newAgent({
      childKey: undefined,
      entryId,
      childType: undefined,
      transcriptPath,
      atMs,
    });
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

  private addFault({ atMs, text }: SessionLine & { readonly kind: 'fault' }): void {
    this.faults.push({ atMs, text });
    if (this.faults.length > maxFaults) this.faults.shift();
  }

  private endAll(atMs: number): void {
    this.isEnded = true;
    for (const agent of this.agents.values()) enter(agent, 'ended', atMs);
  }
}

type AgentLine = Exclude<SessionLine, { readonly kind: 'session' | 'child' | 'fault' | 'end' }>;

function apply(agent: SessionAgent, line: AgentLine): void {
  const { atMs } = line;
  agent.lastEventMs = Math.max(agent.lastEventMs, atMs);
  switch (line.kind) {
    case 'prompt':
      agent.tools.clear();
      return void enter(agent, 'working', atMs);
    case 'tool': {
      const { name, does, paths } = line;
      const key = line.callId ?? name;
      agent.tools.delete(key);
      agent.tools.set(key, { name, does, paths, sinceMs: atMs });
      return void enter(agent, 'working', atMs);
    }
    case 'done':
      return void endCall(agent, line);
    case 'seen':
      agent.seen.delete(line.path);
      agent.seen.set(line.path, { signature: line.signature, atMs });
      return void forgetOldest(agent.seen, maxSeen);
    case 'stale':
      agent.staleTold.add(staleKey(line.path, line.signature));
      return;
    case 'waiting':
      agent.waitsFor = { reason: line.reason, text: line.text };
      return void enter(agent, line.reason === 'idle' ? 'idle' : 'waiting', atMs);
    case 'turn-end':
      agent.tools.clear();
      agent.edits = 0;
      return void enter(agent, 'idle', atMs);
    case 'child-end':
      agent.tools.clear();
      return void enter(agent, 'ended', atMs);
    case 'usage':
      agent.usage = { ...agent.usage, ...line.usage };
  }
}

function endCall(agent: SessionAgent, line: AgentLine & { readonly kind: 'done' }): void {
  const key = line.callId ?? [...agent.tools.keys()].at(-1);
  if (key !== undefined) {
    if (agent.tools.get(key)?.does === 'edit') agent.edits += 1;
    agent.tools.delete(key);
  }
  if (line.callId !== undefined) {
    agent.doneCalls.add(line.callId);
    forgetOldest(agent.doneCalls, maxDoneCalls);
  }
  // The end of a call comes after the answer to the question whether it may be made.
  if (agent.phase === 'waiting') enter(agent, 'working', line.atMs);
}

function enter(agent: SessionAgent, phase: AgentPhase, atMs: number): void {
  if (agent.phase === phase) return;
  agent.phase = phase;
  agent.sinceMs = atMs;
  if (phase === 'working' || phase === 'ended') agent.waitsFor = undefined;
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
    doneCalls: new Set(),
    lastEventMs: atMs,
    edits: 0,
    seen: new Map(),
    staleTold: new Set(),
    usage: undefined,
  };
}

function forgetOldest(kept: Map<string, unknown> | Set<string>, most: number): void {
  if (kept.size <= most) return;
  const oldest = kept.keys().next().value;
  if (oldest !== undefined) kept.delete(oldest);
}

/** One change of one file. */
export function staleKey(path: string, signature: string): string {
  return `${path}\0${signature}`;
}

/**
 * The fewest lines that say the same of what still matters: whose record it is, who is at work, what was
 * seen. Times of phases are kept.
 */
export function compactLines(state: SessionState): readonly SessionLine[] {
  const { header, agents, faults } = state;
  const lines: SessionLine[] = [header];
  for (const agent of agents.values()) {
    const child = agent.childKey;
    if (child !== undefined) {
      if (agent.phase === 'ended') continue;
      const { entryId, childType, transcriptPath } = agent;
      lines.push({ kind: 'child', atMs: header.atMs, child, entryId, childType, transcriptPath });
    }
    lines.push(...agentLines(agent));
  }
  lines.push(...faults.map((fault) => ({ kind: 'fault' as const, ...fault })));
  if (state.isEnded) lines.push({ kind: 'end', atMs: agents.get('')?.sinceMs ?? header.atMs });
  return lines;
}

const maxSeenKept = 300;

function agentLines(agent: SessionAgent): readonly SessionLine[] {
  const { childKey: child, sinceMs, lastEventMs } = agent;
  const by = child === undefined ? {} : { child };
  const seen = [...agent.seen].slice(-maxSeenKept);
  const told = [...agent.staleTold].slice(-maxSeenKept).map((key) => key.split('\0'));
  return [
    ...seen.map(([path, { signature, atMs }]) => ({
      kind: 'seen' as const,
      atMs,
      ...by,
      path,
      signature,
    })),
    ...told.map(([path = '', signature = '']) => ({
      kind: 'stale' as const,
      atMs: lastEventMs,
      ...by,
      path,
      signature,
    })),
    ...(agent.phase === 'working' || agent.phase === 'waiting'
      ? [{ kind: 'prompt' as const, atMs: sinceMs, ...by }]
      : []),
    ...[...agent.tools].map(([callId, { name, does, paths, sinceMs: atMs }]) => ({
      kind: 'tool' as const,
      atMs,
      ...by,
      callId,
      name,
      does,
      paths,
    })),
    ...(agent.phase === 'waiting' && agent.waitsFor
      ? [{ kind: 'waiting' as const, atMs: sinceMs, ...by, ...agent.waitsFor }]
      : []),
    ...(agent.usage
      ? [{ kind: 'usage' as const, atMs: lastEventMs, ...by, usage: agent.usage }]
      : []),
    ...(agent.phase === 'idle' ? [{ kind: 'turn-end' as const, atMs: sinceMs, ...by }] : []),
  ];
}
