import {
  isReservation,
  type AgentEntry,
  type AgentUsageSummary,
} from '../core/agents/agentEntry.ts';
import type { LivenessReason, LivenessVerdict } from '../core/agents/liveness.ts';
import { timestampMs } from '../core/agents/timestamp.ts';
import { toPlainLine } from './plainText.ts';

/** The words for what an agent is doing, the same in tree, status bar, CLI and page. */
export type StateWord = 'alive' | 'dead' | 'unknown' | 'complete' | 'merged' | 'abandoned';

/** Translates a text; `vscode.l10n.t` in the editor, the identity elsewhere. */
export type Translate = (message: string, ...args: (string | number)[]) => string;

/** English: replaces `{0}` and so on. */
export const inEnglish: Translate = (message, ...args) =>
  message.replace(/\{(\d+)\}/g, (whole, index: string) => String(args[Number(index)] ?? whole));

export function stateWord(entry: AgentEntry, verdict: LivenessVerdict): StateWord {
  return entry.status === 'active' ? verdict.liveness : entry.status;
}

/** One sentence that says on what evidence a verdict rests. */
export function livenessSentence(
  entry: AgentEntry,
  reason: LivenessReason,
  t: Translate = inEnglish,
): string {
  const pid = entry.pid ?? 0;
  switch (reason) {
    case 'running':
      return t('Process {0} is running.', pid);
    case 'possibly-reused':
      return t(
        'Process {0} is running, but by the wall clock it started after this entry: the id may belong to another process now.',
        pid,
      );
    case 'gone':
      return t('Process {0} is gone.', pid);
    case 'reused':
      return t(
        'Process {0} is another process now: it started at another time than the recorded one.',
        pid,
      );
    case 'rebooted':
      return t('The machine was started again since process {0} was recorded.', pid);
    case 'impossible-pid':
      return t('The recorded process id {0} cannot belong to a process.', pid);
    case 'other-pid-namespace':
      return t('Process {0} runs in another container, where it cannot be seen from here.', pid);
    case 'no-process':
      return t('No process was recorded, so only a release ends this entry.');
    case 'not-checked':
      return t('Process {0} could not be looked up.', pid);
    case 'finished':
      return t('It has finished.');
  }
}

/** `Claude Code`, `Codex`… for the harness names of the interop page; others as they are. */
export function harnessName(entry: AgentEntry): string | undefined {
  if (entry.harness === undefined) return undefined;
  return knownHarnesses[entry.harness] ?? toPlainLine(entry.harness, 60);
}

const knownHarnesses: Readonly<Record<string, string>> = {
  'claude-code': 'Claude Code',
  codex: 'Codex',
  'gemini-cli': 'Gemini CLI',
  opencode: 'OpenCode',
  cursor: 'Cursor',
  copilot: 'Copilot',
  heddle: 'Heddle',
};

/** True for an entry of a person, not of an agent. */
export function isPerson(entry: AgentEntry): boolean {
  return entry.provider === 'human' || (entry.nativeActorKey?.startsWith('human:') ?? false);
}

/** Who this is, in a few words: the person's name, or harness and model. */
export function agentName(entry: AgentEntry, t: Translate = inEnglish): string {
  if (isPerson(entry)) {
    const name = entry.nativeActorKey?.replace(/^human:/, '').trim();
    return name === undefined || name === '' ? t('a person') : toPlainLine(name, 60);
  }
  const parts = [harnessName(entry), modelName(entry)].filter(
    (part) => part !== undefined && part !== '',
  );
  if (parts.length > 0) return parts.join(' · ');
  return entry.provider === undefined ? entry.sessionId : toPlainLine(entry.provider, 60);
}

/** The model, without the name of the family when the harness says it already. */
function modelName(entry: AgentEntry): string | undefined {
  if (entry.model === undefined) return undefined;
  const isSaidByHarness = entry.harness === 'claude-code' && /^claude-./.test(entry.model);
  return toPlainLine(isSaidByHarness ? entry.model.slice('claude-'.length) : entry.model, 60);
}

/** The thread it holds; undefined when it merely registered. */
export function heldThread(entry: AgentEntry): string | undefined {
  return isReservation(entry) ? entry.thread : undefined;
}

/** The newest sign of life, in milliseconds since the epoch. */
export function lastSeenMs(entry: AgentEntry): number | undefined {
  const marks = [entry.completedAt, entry.heartbeatAt, entry.lastProgressAt, entry.startedAt];
  const known = marks.map(timestampMs).filter((mark) => mark !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

/** `12,345 in · 678 out · 90 reasoning · 12 tool calls · $1.84`; undefined when nothing is known. */
export function usageText(usage: AgentUsageSummary, t: Translate = inEnglish): string | undefined {
  const parts = [
    usage.inputTokens !== undefined && t('{0} tokens in', grouped(usage.inputTokens)),
    usage.outputTokens !== undefined && t('{0} out', grouped(usage.outputTokens)),
    usage.reasoningTokens !== undefined && t('{0} reasoning', grouped(usage.reasoningTokens)),
    usage.toolCalls !== undefined && t('{0} tool calls', grouped(BigInt(usage.toolCalls))),
    usage.costMicrosUsd !== undefined && dollars(usage.costMicrosUsd),
  ].filter((part) => part !== false);
  return parts.length === 0 ? undefined : parts.join(' · ');
}

/** A whole number with separators, exact at any size: `9,007,199,254,740,993`. */
export function grouped(value: bigint): string {
  return value.toString().replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Millionths of a dollar as dollars and cents; below a cent to the last millionth. */
export function dollars(microsUsd: bigint): string {
  if (microsUsd > 0n && microsUsd < 10_000n) {
    return `$0.${microsUsd.toString().padStart(6, '0').replace(/0+$/, '')}`;
  }
  const cents = (microsUsd + 5_000n) / 10_000n;
  return `$${grouped(cents / 100n)}.${(cents % 100n).toString().padStart(2, '0')}`;
}
