/**
 * Tokens by how they are charged. Every figure is a safe integer of at least 0. `input`, `cacheRead`
 * and `cacheWrite` exclude each other; together they are all that was sent to the model.
 */
export interface TokenCounts {
  /** Sent, and neither read from a cache nor written to one. */
  readonly input: number;
  /** All that the model wrote, its thoughts included. */
  readonly output: number;
  /** The part of `output` that are thoughts, where the harness tells it. */
  readonly reasoning: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  /** The part of `cacheWrite` that is kept for an hour, which some charge more for. */
  readonly cacheWriteHour: number;
}

export const tokenKinds = [
  'input',
  'output',
  'reasoning',
  'cacheRead',
  'cacheWrite',
  'cacheWriteHour',
] as const satisfies readonly (keyof TokenCounts)[];

export const noTokens: TokenCounts = {
  input: 0,
  output: 0,
  reasoning: 0,
  cacheRead: 0,
  cacheWrite: 0,
  cacheWriteHour: 0,
};

/** The sum of two counts; with a sign of -1 the difference. Never below 0, never above 2^53 - 1. */
export function addTokens(a: TokenCounts, b: TokenCounts, sign: 1 | -1 = 1): TokenCounts {
  return {
    input: addCounts(a.input, sign * b.input),
    output: addCounts(a.output, sign * b.output),
    reasoning: addCounts(a.reasoning, sign * b.reasoning),
    cacheRead: addCounts(a.cacheRead, sign * b.cacheRead),
    cacheWrite: addCounts(a.cacheWrite, sign * b.cacheWrite),
    cacheWriteHour: addCounts(a.cacheWriteHour, sign * b.cacheWriteHour),
  };
}

/** A sum that stays a count. */
export function addCounts(a: number, b: number): number {
  return Math.min(Math.max(a + b, 0), Number.MAX_SAFE_INTEGER);
}

/** How many tokens were sent to the model, from a cache or not. */
export function promptTokens(tokens: TokenCounts): number {
  return tokens.input + tokens.cacheRead + tokens.cacheWrite;
}

export function isSameTokens(a: TokenCounts, b: TokenCounts): boolean {
  return tokenKinds.every((kind) => a[kind] === b[kind]);
}
