import type { AgentUpdate, Cost } from '../../core/sessions/agentUpdate.ts';
import type { TokenUsage } from '../../core/sessions/tokenUsage.ts';
import { dollars, inEnglish, type Translate } from '../agentWording.ts';
import { toPlainLine } from '../plainText.ts';
import { compactCount, contextText } from '../usageWording.ts';

/** What a session has used, as far as the agent tells it. */
export interface SessionUsage {
  readonly tokens?: TokenUsage | undefined;
  /** Tokens in the context now, and how many fit. */
  readonly contextUsed?: number | undefined;
  readonly contextSize?: number | undefined;
  readonly cost?: Cost | undefined;
}

/** With what is new; what is not told stays as it was. */
export function addUsage(
  before: SessionUsage | undefined,
  update: Extract<AgentUpdate, { kind: 'usage' }>,
): SessionUsage {
  const { tokens, contextUsed, contextSize, cost } = update;
  return {
    tokens: tokens ?? before?.tokens,
    contextUsed: contextUsed ?? before?.contextUsed,
    contextSize: contextSize ?? before?.contextSize,
    cost: cost ?? before?.cost,
  };
}

/** `≈31 k tokens · $0.42`, only what is known; undefined when nothing is. */
export function sessionUsageText(
  usage: SessionUsage | undefined,
  t: Translate = inEnglish,
): string | undefined {
  const tokens = tokenCount(usage?.tokens);
  const sign = usage?.tokens?.isEstimate === true ? '≈' : '';
  const parts = [
    tokens === undefined ? undefined : t('{0} tokens', `${sign}${compactCount(tokens)}`),
    usage?.cost && costText(usage.cost),
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(' · ');
}

/** How full the context is: `▰▰▰▰▰▰▱▱▱▱ 62 % of 200 k`. */
export function sessionContextText(
  usage: SessionUsage | undefined,
  t: Translate = inEnglish,
): string | undefined {
  return contextText({ contextTokens: usage?.contextUsed, contextLimit: usage?.contextSize }, t);
}

/** Both sides together; undefined when neither is known. */
export function tokenCount(tokens: TokenUsage | undefined): number | undefined {
  if (tokens?.promptTokens === undefined && tokens?.completionTokens === undefined) {
    return undefined;
  }
  return (tokens.promptTokens ?? 0) + (tokens.completionTokens ?? 0);
}

const maxWholeMicros = Number.MAX_SAFE_INTEGER;

function costText({ amount, currency }: Cost): string {
  const micros = Math.round(amount * 1e6);
  if (currency === 'USD' && micros >= 0 && micros <= maxWholeMicros) return dollars(BigInt(micros));
  return `${amount.toFixed(2)} ${toPlainLine(currency, 10)}`;
}
