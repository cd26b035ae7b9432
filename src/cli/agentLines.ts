import type { AgentEntry } from '../core/agents/agentEntry.ts';
import type { BrokenRecord } from '../core/agents/agentRecord.ts';
import type { LivenessVerdict } from '../core/agents/liveness.ts';
import type { AgentSnapshot } from '../core/agents/registrySnapshot.ts';
import { timestampMs } from '../core/agents/timestamp.ts';
import { agentName, heldThread, stateWord, type StateWord } from '../presentation/agentWording.ts';
import { shortDuration } from '../presentation/duration.ts';
import { toPlainLine } from '../presentation/plainText.ts';
import { alignColumns, type Span, type TextLine, type Tone } from './textLine.ts';

const maxNameLength = 48;
const maxThreadLength = 60;
const nothing: Span = { text: '-', tone: 'faint' };

/** Agents as aligned columns with a heading: state, who, thread, for how long, session. */
export function agentTable(agents: readonly AgentSnapshot[], nowMs: number): readonly TextLine[] {
  if (agents.length === 0) return [];
  const heading = ['STATE', 'AGENT', 'THREAD', 'AGE', 'SESSION'];
  return alignColumns([
    heading.map((text): Span => ({ text, tone: 'faint' })),
    ...agents.map((agent) => agentCells(agent, nowMs)),
  ]);
}

function agentCells({ entry, verdict, startedAt }: AgentSnapshot, nowMs: number): readonly Span[] {
  // As in the tree: an active agent counts from its start, a finished one from its end.
  const endedMs = entry.status === 'active' ? undefined : timestampMs(entry.completedAt);
  return [
    stateSpan(entry, verdict),
    nameSpan(entry),
    threadSpan(entry),
    { text: shortDuration(nowMs - (endedMs ?? startedAt.epochMs)) },
    { text: entry.sessionId },
  ];
}

/** Who it is; an agent of which only the session is known has no name. */
function nameSpan(entry: AgentEntry): Span {
  const name = agentName(entry);
  return name === entry.sessionId ? nothing : { text: toPlainLine(name, maxNameLength) };
}

/** The thread that it holds; the one of its mere registration is not worth a look. */
export function threadSpan(entry: AgentEntry): Span {
  const thread = heldThread(entry);
  return thread === undefined ? nothing : { text: toPlainLine(thread, maxThreadLength) };
}

/** `agent-abc (Codex · gpt-5)`, or the session id alone when there is nothing else to say. */
export function idAndName(entry: AgentEntry): string {
  const name = agentName(entry);
  return name === entry.sessionId ? name : `${entry.sessionId} (${name})`;
}

/** The state word in its colour. */
export function stateSpan(entry: AgentEntry, verdict: LivenessVerdict): Span {
  const word = stateWord(entry, verdict);
  return { text: word, tone: toneOf(word) };
}

function toneOf(word: StateWord): Tone {
  switch (word) {
    case 'alive':
      return 'good';
    case 'dead':
      return 'bad';
    case 'unknown':
      return 'doubtful';
    case 'complete':
    case 'merged':
    case 'abandoned':
      return 'faint';
  }
}

/** Files that cannot be read, each as `file:line: problem`. */
export function brokenLines(broken: readonly BrokenRecord[]): readonly (readonly Span[])[] {
  return broken.map(({ fileName, line, problem }) => {
    const place = line === undefined ? fileName : `${fileName}:${line}`;
    return [
      { text: 'unreadable', tone: 'bad' },
      { text: `  ${toPlainLine(place, 300)}: ${toPlainLine(problem, 500)}` },
    ];
  });
}
