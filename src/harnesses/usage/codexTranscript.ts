import { asCount, asInstant, asShortText, asTable } from '../../core/harness/usage/figures.ts';
import { promptStep, toModelName } from '../../core/harness/usage/modelUsage.ts';
import { addCounts } from '../../core/harness/usage/tokenCounts.ts';
import type {
  TranscriptFormat,
  TranscriptReading,
  TranscriptState,
} from '../../core/harness/usage/transcriptFormat.ts';
import { countUsage } from '../../core/harness/usage/usageTotals.ts';
import {
  codexMemory,
  isInherited,
  parseCodexMemory,
  withSession,
  type CodexMemory,
} from './codexMemory.ts';
import {
  noCodexTokens,
  readCodexTokens,
  sinceThen,
  toTokens,
  type CodexTokens,
} from './codexTokens.ts';

type Line = Readonly<Record<string, unknown>>;
type State = TranscriptState<CodexMemory>;

const toolCallTypes = ['function_call', 'custom_tool_call', 'local_shell_call', 'web_search_call'];
/** More answers than are ever told twice in a row. */
const maxResponses = 32;

/**
 * Codex's rollouts (0.169). It records each answer once (`token_usage_record`) and, as all versions did,
 * the sum so far after it (`token_count`); from the first record on only the records count. What a fork
 * or a subagent took over from its parent is passed over: it was used there.
 */
export const codexTranscript: TranscriptFormat<CodexMemory> = {
  id: 'codex@1',
  needles: [
    '"session_meta"',
    '"turn_context"',
    '"token_usage_record"',
    '"token_count"',
    '"turn_aborted"',
    ...toolCallTypes.map((type) => `"${type}"`),
  ],
  firstMemory: codexMemory,
  readLine,
  parseMemory: parseCodexMemory,
};

function readLine(state: State, line: Line): State | undefined {
  const payload = asTable(line.payload);
  if (!payload) return state;
  const lastAtMs = asInstant(line.timestamp) ?? state.reading.lastAtMs;
  const next = readPayload(state, { line, payload });
  return next && (next === state ? state : { ...next, reading: { ...next.reading, lastAtMs } });
}

interface Item {
  readonly line: Line;
  readonly payload: Line;
}

function readPayload(state: State, item: Item): State | undefined {
  const { line, payload } = item;
  const { reading, memory } = state;
  switch (line.type) {
    case 'session_meta':
      return { reading, memory: withSession(memory, payload) };
    case 'turn_context':
      return withModel(state, payload);
    case 'token_usage_record':
      return readRecord(state, payload);
    case 'response_item':
      return isToolCall(item, memory) ? withToolCall(state) : state;
    case 'event_msg':
      return readEvent(state, item);
    default:
      return state;
  }
}

function readEvent(state: State, { line, payload }: Item): State | undefined {
  switch (payload.type) {
    case 'token_count': {
      const info = asTable(payload.info);
      return info ? readSum(state, { line, info }) : state;
    }
    case 'turn_aborted': {
      if (payload.reason !== 'interrupted' || isInherited(line, state.memory)) return state;
      const interruptedAtMs = asInstant(line.timestamp) ?? state.reading.lastAtMs;
      return { ...state, reading: { ...state.reading, interruptedAtMs } };
    }
    default:
      return state;
  }
}

function withModel(state: State, payload: Line): State {
  const { reading, memory } = state;
  const model = toModelName(payload.model) ?? reading.totals.model;
  const tier = payload.service_tier;
  return {
    reading: { ...reading, totals: { ...reading.totals, model } },
    memory: { ...memory, isFast: tier === 'priority' || tier === 'fast' },
  };
}

function isToolCall({ line, payload }: Item, memory: CodexMemory): boolean {
  return (
    typeof payload.type === 'string' &&
    toolCallTypes.includes(payload.type) &&
    !isInherited(line, memory)
  );
}

function withToolCall({ reading, memory }: State): State {
  const toolCalls = addCounts(reading.totals.toolCalls, 1);
  return { reading: { ...reading, totals: { ...reading.totals, toolCalls } }, memory };
}

function readRecord(state: State, payload: Line): State | undefined {
  const { reading, memory } = state;
  const thread = asShortText(payload.thread_id);
  const isOther = thread !== undefined && memory.thread !== undefined && thread !== memory.thread;
  const response = asShortText(payload.response_id);
  const isKnown = response !== undefined && memory.responses.includes(response);
  if (isOther || isKnown) return state;
  const used = readCodexTokens(payload.usage);
  if (!used) return undefined;
  const responses = response === undefined ? [] : [response];
  return {
    reading: counted(reading, { used, promptTokens: used.input, isFast: memory.isFast }),
    memory: {
      ...memory,
      hasRecords: true,
      responses: [...memory.responses, ...responses].slice(-maxResponses),
    },
  };
}

/** The sum since the beginning, as versions without records tell it; and the state of the context. */
function readSum(state: State, { line, info }: { line: Line; info: Line }): State | undefined {
  const { memory } = state;
  const sum = readCodexTokens(info.total_token_usage);
  const last = readCodexTokens(info.last_token_usage);
  const contextTokens = asCount(asTable(info.last_token_usage)?.total_tokens);
  const limit = asCount(info.model_context_window);
  if (!sum || !last || contextTokens === undefined || limit === undefined) return undefined;
  const reading = {
    ...state.reading,
    totals: {
      ...state.reading.totals,
      contextTokens,
      contextLimit: limit === 0 ? state.reading.totals.contextLimit : limit,
    },
  };
  if (memory.hasRecords) return { reading, memory };
  const isFirst = memory.sum === undefined;
  const after = { ...memory, sum };
  if (isInherited(line, memory)) return { reading, memory: after };
  // The first sum of a fork contains what its parent had used.
  const used =
    isFirst && memory.fork !== undefined ? last : sinceThen(memory.sum ?? noCodexTokens, sum);
  return {
    reading: counted(reading, { used, promptTokens: last.input, isFast: memory.isFast }),
    memory: { ...after, isPastFork: true },
  };
}

function counted(
  reading: TranscriptReading,
  {
    used,
    promptTokens,
    isFast,
  }: { readonly used: CodexTokens; readonly promptTokens: number; readonly isFast: boolean },
): TranscriptReading {
  const totals = countUsage(reading.totals, {
    model: reading.totals.model ?? '',
    rate: isFast ? 'fast' : 'standard',
    promptsAbove: promptStep(promptTokens),
    tokens: toTokens(used),
    webSearches: 0,
  });
  return { ...reading, totals };
}
