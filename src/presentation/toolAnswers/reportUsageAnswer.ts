import type { AgentEntry, AgentUsageSummary } from '../../core/agents/agentEntry.ts';
import { RegistryError } from '../../core/agents/registryError.ts';
import { formatTimestamp } from '../../core/agents/timestamp.ts';
import { usageText } from '../agentWording.ts';
import { callerToJson, expectCaller } from './callerWords.ts';
import { expectOwnEntry } from './ownEntry.ts';
import { maxCount, maxToolCalls, maxWordLength } from './toolBounds.ts';
import type { ToolAnswer, ToolCall } from './toolCall.ts';
import { ToolInput } from './toolInput.ts';

const counters = ['input_tokens', 'output_tokens', 'reasoning_tokens', 'cost_micros_usd'] as const;
const words = ['model', 'thinking_level'] as const;

/** Sets what the caller has used so far, as totals, and which model it is. */
export async function reportUsageAnswer({ world, caller, input }: ToolCall): Promise<ToolAnswer> {
  const read = new ToolInput(input, [...counters, 'tool_calls', ...words]);
  const usage = readUsage(read);
  const named = readWords(read);
  if (Object.keys({ ...usage, ...named }).length === 0) {
    const message = 'There is nothing to report: give at least one total, such as "input_tokens".';
    throw new RegistryError('invalid-entry', message);
  }
  const by = expectCaller(caller);
  const { sessionId } = await expectOwnEntry(world, by);
  const lastProgressAt = formatTimestamp(world.clock.now());
  const updated = await world.agents.updateEntry(sessionId, (entry) => ({
    ...entry,
    ...named,
    usageSummary: { ...entry.usageSummary, ...usage },
    lastProgressAt,
  }));
  const text = updated && usageText(updated.usageSummary);
  return {
    text: `Reported for ${sessionId}${text === undefined ? '' : `: ${text}`}.`,
    data: {
      session_id: sessionId,
      usage: text ?? null,
      model: updated?.model ?? null,
      caller: callerToJson(by),
    },
  };
}

function readUsage(read: ToolInput): Partial<AgentUsageSummary> {
  const [input, output, reasoning, cost] = counters.map((name) => {
    const value = read.whole(name, { min: 0, max: maxCount });
    return value === undefined ? undefined : BigInt(value);
  });
  const toolCalls = read.whole('tool_calls', { min: 0, max: maxToolCalls });
  return {
    ...(input !== undefined && { inputTokens: input }),
    ...(output !== undefined && { outputTokens: output }),
    ...(reasoning !== undefined && { reasoningTokens: reasoning }),
    ...(cost !== undefined && { costMicrosUsd: cost }),
    ...(toolCalls !== undefined && { toolCalls }),
  };
}

function readWords(read: ToolInput): Partial<Pick<AgentEntry, 'model' | 'thinkingLevel'>> {
  const [model, thinkingLevel] = words.map((name) => read.text(name, maxWordLength));
  return {
    ...(model !== undefined && { model }),
    ...(thinkingLevel !== undefined && { thinkingLevel }),
  };
}
