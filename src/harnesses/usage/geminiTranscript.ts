import { asCount, asInstant, asShortText, asTable } from '../../core/harness/usage/figures.ts';
import { promptStep, toModelName } from '../../core/harness/usage/modelUsage.ts';
import { promptTokens, type TokenCounts } from '../../core/harness/usage/tokenCounts.ts';
import type {
  TranscriptFormat,
  TranscriptState,
} from '../../core/harness/usage/transcriptFormat.ts';
import { countMessage, parseOpenMessages, type OpenMessage } from './openMessages.ts';

export interface GeminiMemory {
  readonly open: readonly OpenMessage[];
}

type Line = Readonly<Record<string, unknown>>;
type State = TranscriptState<GeminiMemory>;

/**
 * Gemini CLI's recorded chats (0.61). A message is written again, whole, when something is added to it.
 * What a person takes back with a rewind was used all the same.
 */
export const geminiTranscript: TranscriptFormat<GeminiMemory> = {
  id: 'gemini-cli@1',
  needles: ['"gemini"'],
  firstMemory: { open: [] },
  readLine,
  parseMemory,
};

function readLine(state: State, line: Line): State | undefined {
  if (line.type !== 'gemini') return state;
  const id = line.id === undefined || line.id === null ? '' : asShortText(line.id);
  const isTold = line.tokens !== undefined && line.tokens !== null;
  const tokens = isTold ? readTokens(line.tokens) : undefined;
  if (id === undefined || (isTold && !tokens)) return undefined;
  const { reading } = state;
  const model = toModelName(line.model);
  const { totals, open } = countMessage(
    { totals: reading.totals, open: state.memory.open },
    {
      id,
      request: undefined,
      usages: tokens
        ? [
            {
              model: model ?? '',
              rate: 'standard',
              promptsAbove: promptStep(promptTokens(tokens)),
              tokens,
              webSearches: 0,
            },
          ]
        : [],
      toolCalls: toolCallsOf(line.toolCalls),
    },
  );
  return {
    reading: {
      ...reading,
      totals: {
        ...totals,
        model: model ?? totals.model,
        contextTokens: tokens ? promptTokens(tokens) : totals.contextTokens,
      },
      lastAtMs: asInstant(line.timestamp) ?? reading.lastAtMs,
    },
    memory: { open },
  };
}

/** Its `input` includes what came from the cache; its `output` does not include the thoughts. */
function readTokens(value: unknown): TokenCounts | undefined {
  const told = asTable(value);
  if (!told) return undefined;
  const input = asCount(told.input);
  const output = asCount(told.output);
  const cached = asCount(told.cached);
  const thoughts = asCount(told.thoughts);
  const tool = asCount(told.tool);
  if (input === undefined || output === undefined || cached === undefined) return undefined;
  if (thoughts === undefined || tool === undefined) return undefined;
  return {
    input: Math.max(input - cached, 0) + tool,
    output: output + thoughts,
    reasoning: thoughts,
    cacheRead: Math.min(cached, input),
    cacheWrite: 0,
    cacheWriteHour: 0,
  };
}

function toolCallsOf(calls: unknown): readonly string[] {
  if (!Array.isArray(calls)) return [];
  return calls.map((call) => asShortText(asTable(call)?.id)).filter((id) => id !== undefined);
}

function parseMemory(value: unknown): GeminiMemory | undefined {
  const open = parseOpenMessages(asTable(value)?.open);
  return open && { open };
}
