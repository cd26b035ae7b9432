import { asCount, asTable } from '../../core/harness/usage/figures.ts';
import type { TokenCounts } from '../../core/harness/usage/tokenCounts.ts';

/** Tokens as Codex tells them: `input` includes what the cache gave and took, `output` the thoughts. */
export interface CodexTokens {
  readonly input: number;
  readonly cached: number;
  readonly cacheWrite: number;
  readonly output: number;
  readonly reasoning: number;
}

export const noCodexTokens: CodexTokens = {
  input: 0,
  cached: 0,
  cacheWrite: 0,
  output: 0,
  reasoning: 0,
};

const kinds = ['input', 'cached', 'cacheWrite', 'output', 'reasoning'] as const;

/** Undefined when a figure is none. */
export function readCodexTokens(value: unknown): CodexTokens | undefined {
  const table = asTable(value);
  return (
    table &&
    fromFigures({
      input: asCount(table.input_tokens),
      cached: asCount(table.cached_input_tokens),
      cacheWrite: asCount(table.cache_write_input_tokens),
      output: asCount(table.output_tokens),
      reasoning: asCount(table.reasoning_output_tokens),
    })
  );
}

/** The same from a cursor file. */
export function parseCodexTokens(value: unknown): CodexTokens | undefined {
  const table = asTable(value);
  return (
    table &&
    fromFigures({
      input: asCount(table.input),
      cached: asCount(table.cached),
      cacheWrite: asCount(table.cacheWrite),
      output: asCount(table.output),
      reasoning: asCount(table.reasoning),
    })
  );
}

function fromFigures(
  figures: Readonly<Record<keyof CodexTokens, number | undefined>>,
): CodexTokens | undefined {
  return kinds.every((kind) => figures[kind] !== undefined) ? (figures as CodexTokens) : undefined;
}

/** What was used between two sums. Sums that went down began anew. */
export function sinceThen(before: CodexTokens, now: CodexTokens): CodexTokens {
  if (now.input < before.input || now.output < before.output) return now;
  const since = (kind: keyof CodexTokens): number => Math.max(now[kind] - before[kind], 0);
  return {
    input: since('input'),
    cached: since('cached'),
    cacheWrite: since('cacheWrite'),
    output: since('output'),
    reasoning: since('reasoning'),
  };
}

export function toTokens(told: CodexTokens): TokenCounts {
  const cacheRead = Math.min(told.cached, told.input);
  const cacheWrite = Math.min(told.cacheWrite, told.input - cacheRead);
  return {
    input: told.input - cacheRead - cacheWrite,
    output: told.output,
    reasoning: Math.min(told.reasoning, told.output),
    cacheRead,
    cacheWrite,
    cacheWriteHour: 0,
  };
}
