/** US dollars per million tokens, which is millionths of a dollar per token. */
export interface TokenPrices {
  readonly input: number;
  readonly output: number;
  /** Without it, what is read from a cache costs as much as other input. */
  readonly cacheRead?: number | undefined;
  /** Without it, what is written to a cache costs as much as other input. */
  readonly cacheWrite?: number | undefined;
  /** For a cache that is kept for an hour; without it, as `cacheWrite`. */
  readonly cacheWriteHour?: number | undefined;
}

export interface ModelPrices extends TokenPrices {
  /** What a request costs in every part when its prompt is longer than so many tokens. */
  readonly longPrompts?:
    (TokenPrices & { readonly above: 100_000 | 200_000 | 272_000 }) | undefined;
  /** What the faster service costs; without it, its price is not known. */
  readonly fast?: TokenPrices | undefined;
  /** US dollars per thousand searches of the web by the provider. */
  readonly webSearches?: number | undefined;
  /** The context window in tokens, where the model has only one. */
  readonly context?: number | undefined;
}

/** Prices by the name of a model without provider, date and variant (see `priceKey`). */
export type PriceTable = Readonly<Record<string, ModelPrices>>;

/** On this day, or later, each of these was the list price without any plan or discount. */
export const pricesAsOf = '2026-09-28';

/** The prices of the models that agents use. A model that is not among them has no price here. */
export function listPrices(): PriceTable {
  return { ...claudePrices(), ...openAiPrices(), ...geminiPrices() };
}

/** Source: the model catalog inside Claude Code 2.1.330 (2026-11-20) and Anthropic's price list. */
function claudePrices(): PriceTable {
  const wide = 1_000_000;
  const opus45 = claude(5, 25, 0.5);
  const sonnet4 = claude(3, 15, 0.3);
  return {
    'claude-3-5-haiku': claude(0.8, 4, 0.08),
    'claude-haiku-4-5': { ...claude(1, 5, 0.1), context: 200_000 },
    'claude-haiku-5-5': {
      ...claude(0.1, 0.5, 0.01),
      longPrompts: { above: 100_000, ...claudeTokens(0.5, 2.5, 0.05) },
      context: wide,
    },
    'claude-3-5-sonnet': sonnet4,
    'claude-3-7-sonnet': sonnet4,
    'claude-sonnet-4': sonnet4,
    'claude-sonnet-4-0': sonnet4,
    'claude-sonnet-4-5': sonnet4,
    'claude-sonnet-4-6': sonnet4,
    'claude-sonnet-5': { ...claude(2, 10, 0.2), context: wide },
    'claude-sonnet-5-5': { ...claude(2, 10, 0.1), context: wide },
    'claude-opus-4': claude(15, 75, 1.5),
    'claude-opus-4-0': claude(15, 75, 1.5),
    'claude-opus-4-1': claude(15, 75, 1.5),
    'claude-opus-4-5': opus45,
    'claude-opus-4-6': { ...opus45, fast: claudeTokens(30, 150, 3) },
    'claude-opus-4-7': { ...opus45, fast: claudeTokens(30, 150, 3), context: wide },
    'claude-opus-4-8': { ...opus45, fast: claudeTokens(10, 50, 1), context: wide },
    'claude-opus-5': { ...opus45, fast: claudeTokens(10, 50, 1), context: wide },
    'claude-opus-5-5': {
      ...claude(4, 20, 0.2),
      fast: claudeTokens(8, 40, 0.4),
      context: wide,
    },
    'claude-fable-5': { ...claude(10, 50, 1), context: wide },
    'claude-fable-5-1': { ...claude(10, 50, 0.25), context: wide },
    'claude-fable-5-2': { ...claude(8, 40, 0.2), fast: claudeTokens(16, 80, 0.4), context: wide },
    'claude-mythos-5': { ...claude(10, 50, 1), context: wide },
    'claude-mythos-5-1': { ...claude(10, 50, 0.25), context: wide },
    'claude-mythos-5-2': { ...claude(8, 40, 0.2), fast: claudeTokens(16, 80, 0.4), context: wide },
  };
}

function claude(input: number, output: number, cacheRead: number): ModelPrices {
  return { ...claudeTokens(input, output, cacheRead), webSearches: 10 };
}

/** Writing to a cache costs 1.25 times the input, or twice when it is kept for an hour. */
function claudeTokens(input: number, output: number, cacheRead: number): TokenPrices {
  return { input, output, cacheRead, cacheWrite: input * 1.25, cacheWriteHour: input * 2 };
}

/** Source: the price list of OpenCode 1.18.33, which is models.dev of 2026-09-28. */
function openAiPrices(): PriceTable {
  return {
    'gpt-5': tenth(1.25, 10),
    'gpt-5-codex': tenth(1.25, 10),
    'gpt-5-mini': tenth(0.25, 2),
    'gpt-5-nano': tenth(0.05, 0.4),
    'gpt-5-pro': { input: 15, output: 120 },
    'gpt-5.1': tenth(1.25, 10),
    'gpt-5.2': tenth(1.75, 14),
    'gpt-5.2-pro': { input: 21, output: 168 },
    'gpt-5.3-codex': tenth(1.75, 14),
    'gpt-5.4': { ...tenth(2.5, 15), longPrompts: longer(5, 22.5), fast: tenth(5, 30) },
    'gpt-5.4-mini': { ...tenth(0.75, 4.5), fast: tenth(1.5, 9) },
    'gpt-5.4-nano': tenth(0.2, 1.25),
    'gpt-5.5': { ...tenth(5, 30), longPrompts: longer(10, 45), fast: tenth(12.5, 75) },
    'gpt-5.6': written(4, 20),
    'gpt-5.6-sol': written(4, 20),
    'gpt-5.6-terra': written(2, 12),
    'gpt-5.6-luna': written(0.2, 1.2),
    'gpt-6-astra': written(10, 50),
    'gpt-6-sol': written(2, 10),
    'gpt-6-luna': written(0.1, 0.5),
  };
}

function tenth(input: number, output: number): TokenPrices {
  return { input, output, cacheRead: input / 10 };
}

function longer(input: number, output: number): ModelPrices['longPrompts'] {
  return { above: 272_000, ...tenth(input, output) };
}

/** Models that charge for writing to their cache: 1.25 times the input; all doubles when fast. */
function written(input: number, output: number): ModelPrices {
  const prices = (times: number, outputTimes = times): TokenPrices => ({
    ...tenth(input * times, output * outputTimes),
    cacheWrite: input * times * 1.25,
  });
  return { ...prices(1), longPrompts: { above: 272_000, ...prices(2, 1.5) }, fast: prices(2) };
}

/** Source: the same; text only. */
function geminiPrices(): PriceTable {
  const context = 1_048_576;
  const pro31 = {
    ...tenth(2, 12),
    longPrompts: { above: 200_000, ...tenth(4, 18) },
    context,
  } as const;
  const flash36 = { ...tenth(0.75, 3.75), context };
  const lite35 = { ...tenth(0.3, 2.5), context };
  return {
    'gemini-2.5-pro': {
      ...tenth(1.25, 10),
      longPrompts: { above: 200_000, ...tenth(2.5, 15) },
      context,
    },
    'gemini-2.5-flash': { ...tenth(0.3, 2.5), context },
    'gemini-2.5-flash-lite': { ...tenth(0.1, 0.4), context },
    'gemini-3-flash-preview': { ...tenth(0.5, 3), context },
    'gemini-3.1-pro-preview': pro31,
    'gemini-3.1-pro-preview-customtools': pro31,
    'gemini-3.1-flash-lite': { ...tenth(0.25, 1.5), context },
    'gemini-3.1-flash-lite-preview': { ...tenth(0.25, 1.5), context },
    'gemini-3.5-flash': { ...tenth(1.5, 9), context },
    'gemini-3.5-flash-lite': lite35,
    'gemini-flash-lite-latest': lite35,
    'gemini-3.6-flash': flash36,
    'gemini-3.7-flash': flash36,
    'gemini-3.8-flash': flash36,
    'gemini-flash-latest': flash36,
  };
}
