import type { AgentSnapshot } from '../../src/core/agents/registrySnapshot.ts';
import type { AgentEntry } from '../../src/core/agents/agentEntry.ts';
import type { LivenessVerdict } from '../../src/core/agents/liveness.ts';
import type { AgentNow } from '../../src/core/harness/agentNow.ts';
import type { SessionLine } from '../../src/core/harness/sessionLine.ts';
import { SessionFold, type SessionState } from '../../src/core/harness/sessionState.ts';
import { noTokens, type TokenCounts } from '../../src/core/harness/usage/tokenCounts.ts';
import { nothingUsed, type UsageTotals } from '../../src/core/harness/usage/usageTotals.ts';
import type { ShownUsage } from '../../src/presentation/usageShown.ts';
import { buildRecord } from './entryBuilder.ts';

/** Noon on the day when the agents of these tests began. */
export const noonMs = Date.parse('2026-06-01T12:00:00Z');

export const alive: LivenessVerdict = { liveness: 'alive', reason: 'running' };
export const gone: LivenessVerdict = { liveness: 'dead', reason: 'gone' };

/** An agent of Claude Code that is alive, unless the test says otherwise. */
export function agentOf(
  sessionId: string,
  fields: Partial<AgentEntry> = {},
  verdict: LivenessVerdict = alive,
): AgentSnapshot {
  const { entry, startedAt } = buildRecord(sessionId, { harness: 'claude-code', ...fields });
  return { entry, startedAt, verdict };
}

/** What an agent does since noon. */
export function nowOf(fields: Partial<AgentNow> = {}): AgentNow {
  return {
    entryId: 'agent-a',
    harness: 'claude-code',
    phase: 'working',
    sinceMs: noonMs,
    waitsFor: undefined,
    tool: undefined,
    childType: undefined,
    model: undefined,
    transcriptPath: undefined,
    usage: undefined,
    quietAtMs: undefined,
    ...fields,
  };
}

export function tokensOf(fields: Partial<TokenCounts>): TokenCounts {
  return { ...noTokens, ...fields };
}

/** What an agent used: these figures, at an estimated price. */
export function usageOf(
  totals: Partial<UsageTotals>,
  {
    microsUsd = 0,
    more = {},
  }: { readonly microsUsd?: number; readonly more?: Partial<ShownUsage> } = {},
): ShownUsage {
  return {
    totals: { ...nothingUsed, ...totals },
    cost: { microsUsd, atLeastMicrosUsd: microsUsd, source: 'estimated', unpricedModels: [] },
    isFromEntry: false,
    ...more,
  };
}

/** What a record with these lines says. */
export function stateOf(...lines: readonly SessionLine[]): SessionState {
  const fold = new SessionFold();
  for (const line of lines) fold.add(line);
  if (fold.state === undefined) throw new Error('the record has no session');
  return fold.state;
}

/** The first line of the record of a session. */
export function sessionLine(
  entryId: string,
  fields: Partial<SessionLine & { readonly kind: 'session' }> = {},
): SessionLine {
  return {
    kind: 'session',
    atMs: noonMs,
    harness: 'claude-code',
    sessionKey: `session-of-${entryId}`,
    entryId,
    cwd: '/repo',
    ...fields,
  };
}
