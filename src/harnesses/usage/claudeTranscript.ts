import { asCount, asInstant, asShortText, asTable } from '../../core/harness/usage/figures.ts';
import {
  addModelUsage,
  promptStep,
  toModelName,
  type ModelUsage,
  type ServiceRate,
} from '../../core/harness/usage/modelUsage.ts';
import { promptTokens, type TokenCounts } from '../../core/harness/usage/tokenCounts.ts';
import type {
  TranscriptFormat,
  TranscriptReading,
  TranscriptState,
} from '../../core/harness/usage/transcriptFormat.ts';
import { toMicrosUsd, type UsageTotals } from '../../core/harness/usage/usageTotals.ts';
import {
  countMessage,
  maxOpenMessages,
  maxSharedMessages,
  parseOpenMessages,
  type OpenMessage,
} from './openMessages.ts';

export interface ClaudeMemory {
  /** The last answers of the agent itself. */
  readonly open: readonly OpenMessage[];
  /** Those of children that write to the same file, as they did in older versions. */
  readonly shared: readonly OpenMessage[];
  /** True for the file of a subagent, in which every line is marked as one of a side chain. */
  readonly isSidechain: boolean | undefined;
}

type Line = Readonly<Record<string, unknown>>;
type State = TranscriptState<ClaudeMemory>;

const interruption = '[Request interrupted by user';
const syntheticModel = '<synthetic>';

/**
 * Claude Code's transcripts of sessions and of subagents (2.1). An answer stands on one line for each of
 * its parts, with the same id; only the last has the final figures. Lines that a branch of a
 * conversation copied from another session are passed over: they were used there.
 */
export const claudeTranscript: TranscriptFormat<ClaudeMemory> = {
  id: 'claude-code@1',
  needles: ['"usage"', interruption, '"cost-state"'],
  firstMemory: { open: [], shared: [], isSidechain: undefined },
  readLine,
  parseMemory,
};

function readLine(state: State, line: Line): State | undefined {
  if (line.forkedFrom !== undefined && line.forkedFrom !== null) return state;
  switch (line.type) {
    case 'assistant':
      return readAnswer(state, line);
    case 'user':
      return isInterruption(line) ? withInterruption(state, line) : state;
    case 'cost-state':
      return withToldCost(state, line);
    default:
      return state;
  }
}

function readAnswer(state: State, line: Line): State | undefined {
  const message = asTable(line.message);
  const usage = asTable(message?.usage);
  if (!message || !usage || message.model === syntheticModel) return state;
  const requests = readRequests(usage);
  const webSearches = asCount(asTable(usage.server_tool_use)?.web_search_requests);
  const id = message.id === undefined || message.id === null ? '' : asShortText(message.id);
  if (!requests || webSearches === undefined || id === undefined) return undefined;
  const model = toModelName(message.model);
  const isSidechain = state.memory.isSidechain ?? line.isSidechain === true;
  // Children that share the file have answers, a context and a model of their own.
  const isOwn = (line.isSidechain === true) === isSidechain;
  const key = isOwn ? 'open' : 'shared';
  const counted = countMessage(
    { totals: state.reading.totals, open: state.memory[key] },
    {
      id,
      request: asShortText(line.requestRef) ?? asShortText(line.requestId),
      usages: toUsages(requests, { model: model ?? '', rate: rateOf(usage), webSearches }),
      toolCalls: toolCallsOf(message.content),
    },
    { limit: isOwn ? maxOpenMessages : maxSharedMessages },
  );
  const memory = { ...state.memory, [key]: counted.open, isSidechain };
  const totals: UsageTotals = isOwn
    ? {
        ...counted.totals,
        model: model ?? counted.totals.model,
        contextTokens: contextOf(requests),
      }
    : counted.totals;
  return { reading: { ...state.reading, totals, lastAtMs: timeOf(state.reading, line) }, memory };
}

/**
 * The requests behind one answer: itself, or the steps in which the provider made it, if they add up to
 * it. Undefined when a figure is none.
 */
function readRequests(usage: Line): readonly TokenCounts[] | undefined {
  const whole = readTokens(usage);
  if (!whole || !Array.isArray(usage.iterations)) return whole && [whole];
  const steps = usage.iterations
    .map(asTable)
    .filter((step) => step?.type === 'message')
    .map((step) => step && readTokens(step));
  if (!steps.every((step) => step !== undefined)) return [whole];
  const names = ['input', 'output', 'cacheRead', 'cacheWrite', 'cacheWriteHour'] as const;
  const isWhole = names.every(
    (name) => steps.reduce((sum, step) => sum + step[name], 0) === whole[name],
  );
  if (!isWhole || steps.length < 2) return [whole];
  // Steps do not tell their thoughts.
  return steps.map((step, i) => ({ ...step, reasoning: i === 0 ? whole.reasoning : 0 }));
}

function readTokens(usage: Line): TokenCounts | undefined {
  const input = asCount(usage.input_tokens);
  const output = asCount(usage.output_tokens);
  const cacheRead = asCount(usage.cache_read_input_tokens);
  const cacheWrite = asCount(usage.cache_creation_input_tokens);
  const hour = asCount(asTable(usage.cache_creation)?.ephemeral_1h_input_tokens);
  const thoughts = asCount(asTable(usage.output_tokens_details)?.thinking_tokens);
  if (input === undefined || output === undefined || cacheRead === undefined) return undefined;
  if (cacheWrite === undefined || hour === undefined || thoughts === undefined) return undefined;
  return {
    input,
    output,
    reasoning: Math.min(thoughts, output),
    cacheRead,
    cacheWrite,
    cacheWriteHour: Math.min(hour, cacheWrite),
  };
}

function toUsages(
  requests: readonly TokenCounts[],
  { webSearches, ...price }: Pick<ModelUsage, 'model' | 'rate' | 'webSearches'>,
): readonly ModelUsage[] {
  let usages: readonly ModelUsage[] = [];
  for (const [i, tokens] of requests.entries()) {
    const promptsAbove = promptStep(promptTokens(tokens));
    const searches = i === 0 ? webSearches : 0;
    usages = addModelUsage(usages, { ...price, promptsAbove, tokens, webSearches: searches });
  }
  return usages;
}

function rateOf(usage: Line): ServiceRate {
  const isFast = usage.speed === 'fast';
  if (usage.inference_geo === 'us') return isFast ? 'fast-us' : 'us';
  return isFast ? 'fast' : 'standard';
}

/** What the last request sent is what the context held. */
function contextOf(requests: readonly TokenCounts[]): number | undefined {
  const last = requests.at(-1);
  return last && promptTokens(last);
}

function toolCallsOf(content: unknown): readonly string[] {
  if (!Array.isArray(content)) return [];
  return content
    .map(asTable)
    .filter((part) => part?.type === 'tool_use')
    .map((part) => asShortText(part?.id))
    .filter((id) => id !== undefined);
}

/** A person may write the same words, but not as the only part of a list. */
function isInterruption(line: Line): boolean {
  const content = asTable(line.message)?.content;
  const part = Array.isArray(content) && content.length === 1 ? asTable(content[0]) : undefined;
  const text = part?.type === 'text' ? asShortText(part.text) : undefined;
  return text !== undefined && text.startsWith(interruption) && text.endsWith(']');
}

function withInterruption(state: State, line: Line): State {
  const { reading, memory } = state;
  const lastAtMs = timeOf(reading, line);
  return { reading: { ...reading, lastAtMs, interruptedAtMs: lastAtMs }, memory };
}

function withToldCost(state: State, line: Line): State | undefined {
  const { reading, memory } = state;
  const { totalCostUSD: cost } = line;
  const told = typeof cost === 'number' ? toMicrosUsd(cost) : undefined;
  if (told === undefined) return undefined;
  const isComplete = line.hasUnknownModelCost !== true;
  const totals = {
    ...reading.totals,
    toldWithChildrenMicrosUsd: isComplete ? told : undefined,
  };
  return { reading: { ...reading, totals }, memory };
}

function timeOf(reading: TranscriptReading, line: Line): number | undefined {
  return asInstant(line.timestamp) ?? reading.lastAtMs;
}

function parseMemory(value: unknown): ClaudeMemory | undefined {
  const table = asTable(value);
  const open = parseOpenMessages(table?.open);
  const shared = parseOpenMessages(table?.shared);
  if (!open || !shared) return undefined;
  const { isSidechain } = table ?? {};
  return { open, shared, isSidechain: typeof isSidechain === 'boolean' ? isSidechain : undefined };
}
