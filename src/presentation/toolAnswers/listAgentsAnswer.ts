import type { AgentEntry } from '../../core/agents/agentEntry.ts';
import { actorLookup } from '../../core/agents/agentIndex.ts';
import { parentOf } from '../../core/agents/actorChain.ts';
import type { LivenessVerdict } from '../../core/agents/liveness.ts';
import { timestampMs } from '../../core/agents/timestamp.ts';
import { brokenToJson, type JsonValue } from '../agentJson.ts';
import { agentName, heldThread, lastSeenMs, stateWord, usageText } from '../agentWording.ts';
import { shortDuration } from '../duration.ts';
import { toPlainLine } from '../plainText.ts';
import { callerToJson } from './callerWords.ts';
import { boundedLines, firstRows } from './rows.ts';
import { maxRows, maxWordLength } from './toolBounds.ts';
import type { JsonObject, ToolAnswer, ToolCall } from './toolCall.ts';
import { ToolInput } from './toolInput.ts';

interface SeenAgent {
  readonly entry: AgentEntry;
  readonly verdict: LivenessVerdict;
  readonly parent: string | undefined;
}

const maxTaskLength = 300;
const maxBroken = 20;

/** Who is at work: agents and people, most recently started first. */
export async function listAgentsAnswer({ world, caller, input }: ToolCall): Promise<ToolAnswer> {
  const read = new ToolInput(input, ['alive', 'thread', 'limit']);
  const isAliveOnly = read.flag('alive');
  const thread = read.text('thread', maxWordLength);
  const limit = read.whole('limit', { min: 1, max: maxRows }) ?? maxRows;
  const { records, view } = await world.agents.listView();
  const entries = records
    .map(({ entry }) => entry)
    .filter((entry) => thread === undefined || entry.thread === thread);
  const verdicts = await world.agents.livenessForAll(entries);
  const lookup = actorLookup(view);
  const agents = entries.flatMap((entry, i): SeenAgent[] => {
    const verdict = verdicts[i];
    if (verdict === undefined || (isAliveOnly && verdict.liveness !== 'alive')) return [];
    return [{ entry, verdict, parent: parentOf(lookup, entry)?.sessionId }];
  });

  const { shown, more } = firstRows(agents, limit);
  const broken = view.broken();
  const nowMs = world.clock.now();
  return {
    text: listText(agents, { nowMs, own: caller?.sessionId, brokenCount: broken.length }),
    data: {
      agents: shown.map(agentBrief),
      more,
      broken: firstRows(broken, maxBroken).shown.map(brokenToJson),
      caller: callerToJson(caller),
    },
  };
}

/** What matters of an agent to another one; the resource and the command line tell everything. */
export function agentBrief({ entry, verdict, parent }: SeenAgent): JsonObject {
  return {
    session_id: entry.sessionId,
    name: agentName(entry),
    state: stateWord(entry, verdict),
    liveness: verdict.liveness,
    liveness_reason: verdict.reason,
    thread: heldThread(entry) ?? null,
    task: entry.attachReason === undefined ? null : toPlainLine(entry.attachReason, maxTaskLength),
    parent_session_id: parent ?? null,
    harness: entry.harness ?? null,
    model: entry.model ?? null,
    started_at: entry.startedAt,
    last_seen_ms: nullable(lastSeenMs(entry)),
    usage: usageText(entry.usageSummary) ?? null,
  };
}

function listText(
  agents: readonly SeenAgent[],
  {
    nowMs,
    own,
    brokenCount,
  }: {
    readonly nowMs: number;
    readonly own: string | undefined;
    readonly brokenCount: number;
  },
): string {
  if (agents.length === 0 && brokenCount === 0) return 'No agent matches.';
  const count = (state: string): number =>
    agents.filter(({ entry, verdict }) => stateWord(entry, verdict) === state).length;
  const unreadable = brokenCount === 0 ? [] : [`${brokenCount} entries cannot be read.`];
  return [
    `${agents.length} agents, ${count('alive')} alive, ${count('dead')} dead.`,
    ...boundedLines(agents.map((agent) => agentLine(agent, { nowMs, own }))),
    ...unreadable,
  ].join('\n');
}

function agentLine(
  { entry, verdict, parent }: SeenAgent,
  { nowMs, own }: { readonly nowMs: number; readonly own: string | undefined },
): string {
  const thread = heldThread(entry);
  const startedMs = timestampMs(entry.startedAt);
  const parts = [
    `${stateWord(entry, verdict)}: ${agentName(entry)}`,
    entry.sessionId + (entry.sessionId === own ? ' (you)' : ''),
    ...(thread === undefined ? [] : [`holds thread ${toPlainLine(thread, 80)}`]),
    ...(parent === undefined ? [] : [`spawned by ${parent}`]),
    ...(entry.attachReason === undefined ? [] : [`task: ${toPlainLine(entry.attachReason, 120)}`]),
    ...(startedMs === undefined ? [] : [`started ${shortDuration(nowMs - startedMs)} ago`]),
  ];
  return `- ${parts.join(', ')}`;
}

function nullable<T extends JsonValue>(value: T | undefined): T | null {
  return value ?? null;
}
