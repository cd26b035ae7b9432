import { asShortText, asTable } from '../../core/harness/usage/figures.ts';
import { toModelName } from '../../core/harness/usage/modelUsage.ts';
import type { ReportedUsage } from '../../core/harness/harnessEvent.ts';
import { toldAmount, toldCount } from './toldFigures.ts';

/** What OpenCode tells of a session's usage, with the model where it is told. */
export interface OpenCodeUsage {
  readonly usage: ReportedUsage;
  readonly model: string | undefined;
  readonly provider: string | undefined;
}

/**
 * The sums of a session, from the `info` of a `session.updated` event (1.18). OpenCode counts thoughts
 * apart from the other output; here they are part of it. Undefined where it tells no sums.
 */
export function openCodeSessionUsage(info: unknown): OpenCodeUsage | undefined {
  const session = asTable(info);
  const told = readTokens(session?.tokens);
  if (!session || !told) return undefined;
  const model = asTable(session.model);
  return {
    usage: { ...told, costUsd: toldAmount(session.cost) },
    model: toModelName(model?.id),
    provider: asShortText(model?.providerID),
  };
}

/**
 * What one answer used, from the `info` of a `message.updated` event, for versions whose sessions tell
 * no sums. An answer is told several times under its id; its last figures count. Undefined for what is
 * no answer of a model.
 */
export function openCodeMessageUsage(
  info: unknown,
): (OpenCodeUsage & { readonly id: string }) | undefined {
  const message = asTable(info);
  const id = asShortText(message?.id);
  const told = readTokens(message?.tokens);
  if (message?.role !== 'assistant' || id === undefined || !told) return undefined;
  const contextTokens =
    (told.inputTokens ?? 0) + (told.cacheReadTokens ?? 0) + (told.cacheWriteTokens ?? 0);
  return {
    id,
    usage: { ...told, costUsd: toldAmount(message.cost), contextTokens },
    model: toModelName(message.modelID),
    provider: asShortText(message.providerID),
  };
}

function readTokens(value: unknown): ReportedUsage | undefined {
  const tokens = asTable(value);
  if (!tokens) return undefined;
  const cache = asTable(tokens.cache);
  const output = toldCount(tokens.output);
  const reasoning = toldCount(tokens.reasoning);
  return {
    inputTokens: toldCount(tokens.input),
    outputTokens: output === undefined ? undefined : output + (reasoning ?? 0),
    reasoningTokens: reasoning,
    cacheReadTokens: toldCount(cache?.read),
    cacheWriteTokens: toldCount(cache?.write),
  };
}
