import type { RegistryChange } from '../core/agents/registryMonitor.ts';
import type { AgentSnapshot, RegistrySnapshot } from '../core/agents/registrySnapshot.ts';
import { heldThread, livenessSentence, stateWord } from '../presentation/agentWording.ts';
import { localTime } from '../presentation/duration.ts';
import { toPlainLine } from '../presentation/plainText.ts';
import { brokenLines, idAndName, stateSpan } from './agentLines.ts';
import type { Span, TextLine } from './textLine.ts';

/** One line for each thing that changed, with the local time; mere signs of life are left out. */
export function changeLines(
  before: RegistrySnapshot,
  { snapshot, diff }: RegistryChange,
  nowMs: number,
): readonly TextLine[] {
  const known = bySessionId(before);
  const current = bySessionId(snapshot);
  const time: Span = { text: `${localTime(nowMs)}  `, tone: 'faint' };
  const about = (ids: readonly string[], from: ReadonlyMap<string, AgentSnapshot>) =>
    ids.map((id) => from.get(id)).filter((agent) => agent !== undefined);

  const lines: (readonly Span[])[] = [
    ...about(diff.added, current).map((agent) => [{ text: 'new      ' }, ...agentSpans(agent)]),
    ...about(diff.changed, current).map((agent) => [
      { text: 'changed  ' },
      ...agentSpans(agent, known.get(agent.entry.sessionId)),
    ]),
    ...about(diff.removed, known).map((agent) => [{ text: `removed  ${idAndName(agent.entry)}` }]),
  ];
  if (diff.brokenChanged) lines.push(...brokenSpans(before, snapshot));
  return lines.map((line) => [time, ...line]);
}

function bySessionId({ agents }: RegistrySnapshot): ReadonlyMap<string, AgentSnapshot> {
  return new Map(agents.map((agent) => [agent.entry.sessionId, agent]));
}

/** Who it is and in which state; when the state is new, also which one it was and the evidence. */
function agentSpans(agent: AgentSnapshot, previous?: AgentSnapshot): readonly Span[] {
  const { entry, verdict } = agent;
  const thread = heldThread(entry);
  const place = thread === undefined ? '' : ` on ${toPlainLine(thread)}`;
  const who: Span = { text: `${idAndName(entry)}${place}  ` };
  const state = stateSpan(entry, verdict);
  if (previous === undefined) return [who, state];
  const word = stateWord(previous.entry, previous.verdict);
  if (word === state.text) return [who, state];
  return [
    who,
    { text: `${word} > ` },
    state,
    { text: `  ${livenessSentence(entry, verdict.reason)}` },
  ];
}

function brokenSpans(
  before: RegistrySnapshot,
  after: RegistrySnapshot,
): readonly (readonly Span[])[] {
  const known = new Set(before.broken.map(({ fileName }) => fileName));
  const current = new Set(after.broken.map(({ fileName }) => fileName));
  const appeared = after.broken.filter(({ fileName }) => !known.has(fileName));
  const repaired = before.broken.filter(({ fileName }) => !current.has(fileName));
  return [
    ...brokenLines(appeared),
    ...repaired.map(({ fileName }) => [{ text: `no longer unreadable  ${fileName}` }]),
  ];
}
