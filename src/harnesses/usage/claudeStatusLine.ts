import type { ReportedUsage } from '../../core/harness/harnessEvent.ts';
import { asShortText, asTable } from '../../core/harness/usage/figures.ts';
import { toModelName } from '../../core/harness/usage/modelUsage.ts';
import { toldAmount, toldCount } from './toldFigures.ts';

/** What Claude Code gives to the command of a status line, as far as it is about usage. */
export interface ClaudeStatusLine {
  readonly sessionKey: string | undefined;
  readonly transcriptPath: string | undefined;
  readonly model: string | undefined;
  /** The context now. The sums of tokens are in the transcript, not here. */
  readonly usage: Pick<ReportedUsage, 'contextTokens' | 'contextLimit'>;
  /** US dollars for the session with its subagents, as Claude Code estimates them. */
  readonly costWithChildrenUsd: number | undefined;
}

/**
 * Reads the input of a status line (Claude Code 2.1). Undefined for what is no table; a field of another
 * type counts as missing. `total_input_tokens` is, in spite of its name, what the context holds now.
 */
export function parseClaudeStatusLine(payload: unknown): ClaudeStatusLine | undefined {
  const input = asTable(payload);
  if (!input) return undefined;
  const context = asTable(input.context_window);
  const limit = toldCount(context?.context_window_size);
  return {
    sessionKey: asShortText(input.session_id),
    transcriptPath: asShortText(input.transcript_path, 4096),
    model: toModelName(asTable(input.model)?.id),
    usage: {
      contextTokens: contextTokens(context),
      contextLimit: limit === 0 ? undefined : limit,
    },
    costWithChildrenUsd: toldAmount(asTable(input.cost)?.total_cost_usd),
  };
}

function contextTokens(context: Readonly<Record<string, unknown>> | undefined): number | undefined {
  const current = asTable(context?.current_usage);
  if (!current) return toldCount(context?.total_input_tokens);
  return (
    (toldCount(current.input_tokens) ?? 0) +
    (toldCount(current.cache_creation_input_tokens) ?? 0) +
    (toldCount(current.cache_read_input_tokens) ?? 0)
  );
}
