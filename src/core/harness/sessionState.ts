import { applyAgentLine, endAgent } from './applyAgentLine.ts';
import { forgetOldest } from './forgetOldest.ts';
import { newAgent, type SessionAgent } from './sessionAgent.ts';
import { decodeSessionLine, type SessionHeader, type SessionLine } from './sessionLine.ts';

/** What the record of a session says. */
export interface SessionState {
  readonly header: SessionHeader;
  /** By child key; the session itself under ''. */
  readonly agents: ReadonlyMap<string, SessionAgent>;
  /** Each text once, the newest last, bounded. */
  readonly faults: readonly { readonly atMs: number; readonly text: string }[];
  readonly isEnded: boolean;
}

const maxUnguarded = 100;
const maxFaults = 20;

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
    if (agent) applyAgentLine(agent, line);
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
      forgetOldest(this.unguarded, maxUnguarded);
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
