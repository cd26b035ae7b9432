import type { SessionLine } from './sessionLine.ts';
import type { SessionAgent } from './sessionAgent.ts';
import type { SessionFold, SessionState } from './sessionState.ts';

const maxSeenKept = 300;
const maxEndedKept = 30;
const maxDoneKept = 20;

/**
 * The fewest lines that say the same of what still matters: whose record it is, who is at work and on
 * what, what was seen and told. Undefined for a record without a session, and for one that a later
 * version wrote lines into, whose meaning would be lost.
 */
export function compactLines(fold: SessionFold): readonly SessionLine[] | undefined {
  const { state } = fold;
  if (state === undefined || fold.hasNewerLines) return undefined;
  const { header, faults } = state;
  const lines: SessionLine[] = [header];
  for (const agent of keptAgents(state)) {
    const { childKey: child, entryId, childType, transcriptPath, sinceMs: atMs } = agent;
    if (child !== undefined) {
      lines.push({ kind: 'child', atMs, child, entryId, childType, transcriptPath });
    }
    lines.push(...agentLines(agent));
  }
  lines.push(...faults.map((fault) => ({ kind: 'fault' as const, ...fault })));
  for (const [callId, hook] of [...fold.unguardedCalls].slice(-maxDoneKept)) {
    const text = faults.at(-1)?.text ?? '';
    lines.push({ kind: 'fault', atMs: header.atMs, text, callId, hook });
  }
  if (state.isEnded) {
    lines.push({ kind: 'end', atMs: state.agents.get('')?.sinceMs ?? header.atMs });
  }
  return lines;
}

/** Children that have ended are of interest for a while: late events of them may come. */
function keptAgents({ agents }: SessionState): readonly SessionAgent[] {
  const ended = [...agents.values()].filter(
    ({ childKey, phase }) => childKey !== undefined && phase === 'ended',
  );
  const forgotten = new Set(ended.slice(0, -maxEndedKept));
  return [...agents.values()].filter((agent) => !forgotten.has(agent));
}

function agentLines(agent: SessionAgent): readonly SessionLine[] {
  const by = agent.childKey === undefined ? {} : { child: agent.childKey };
  const { lastEventMs, phase, sinceMs, edits, waitsFor, usage } = agent;
  return [
    ...callLines(agent, by),
    ...fileLines(agent, by),
    ...(usage ? [{ kind: 'usage' as const, atMs: lastEventMs, ...by, usage }] : []),
    { kind: 'state', atMs: lastEventMs, ...by, phase, sinceMs, edits, waitsFor },
  ];
}

interface By {
  readonly child?: string;
}

/** What has ended comes before what has not, because its lines begin and end a call as well. */
function* callLines(agent: SessionAgent, by: By): Generator<SessionLine> {
  const { shells, doneCalls, refusedCalls, tools, lastEventMs: lastMs } = agent;
  for (const { sinceMs, untilMs } of shells) {
    yield { kind: 'tool', atMs: sinceMs, ...by, name: '', does: 'shell', paths: [] };
    yield { kind: 'done', atMs: untilMs, ...by };
  }
  for (const [callId, hook] of [...doneCalls].slice(-maxDoneKept)) {
    yield { kind: 'done', atMs: lastMs, ...by, callId, hook };
  }
  for (const [callId, refused] of refusedCalls)
    yield { kind: 'refused', ...by, callId, ...refused };
  for (const [callId, { sinceMs, ...tool }] of tools) {
    yield { kind: 'tool', atMs: sinceMs, ...by, callId, ...tool };
  }
}

function* fileLines(agent: SessionAgent, by: By): Generator<SessionLine> {
  for (const [path, { signature, atMs, isEdit }] of [...agent.seen].slice(-maxSeenKept)) {
    yield { kind: 'seen', atMs, ...by, path, signature, ...(isEdit && { isEdit }) };
  }
  for (const [key, callId] of [...agent.staleTold].slice(-maxSeenKept)) {
    const [path = '', signature = ''] = key.split('\0');
    yield { kind: 'stale', atMs: agent.lastEventMs, ...by, path, signature, callId };
  }
}
