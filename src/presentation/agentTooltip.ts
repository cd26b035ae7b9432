import { timestampMs } from '../core/agents/timestamp.ts';
import { pricesAsOf } from '../core/harness/usage/priceTable.ts';
import type { AgentSnapshot } from '../core/agents/registrySnapshot.ts';
import type { AgentNow } from '../core/harness/agentNow.ts';
import type { AgentActivity } from './agentActivity.ts';
import { doingSentence, doingWords, toolWords } from './agentDoing.ts';
import { isDoing, shownState, translatedState } from './agentState.ts';
import {
  agentName,
  heldThread,
  livenessSentence,
  usageText,
  type Translate,
} from './agentWording.ts';
import { localTime } from './duration.ts';
import { toPlainLine } from './plainText.ts';
import type { TooltipPart } from './treeRow.ts';
import { crossingText } from './usageLimits.ts';
import type { ShownUsage } from './usageShown.ts';
import { contextText, costText, tokensText } from './usageWording.ts';

export interface AgentTooltipOptions {
  readonly t: Translate;
  readonly name: string;
  readonly heldCount: number;
  readonly activity: AgentActivity;
}

/** Everything about an agent that its row has no room for. */
export function agentTooltip(
  agent: AgentSnapshot,
  { t, name, heldCount, activity }: AgentTooltipOptions,
): readonly TooltipPart[] {
  const { entry, startedAt } = agent;
  const { now } = activity;
  const time = (text: string | undefined): string | undefined => {
    const ms = timestampMs(text);
    return ms === undefined ? undefined : localTime(ms);
  };
  // To the minute, so that a sign of life repaints a row once a minute at most.
  const minute = (text: string | undefined): string | undefined => time(text)?.slice(0, -3);
  const self = agentName(entry, t);
  return [
    { kind: 'title', text: name },
    { kind: 'text', text: stateText(agent, now, t) },
    ...doingFields(agent, now, t),
    ...field(t('Agent'), self === name ? undefined : self),
    ...field(t('Thread'), line(heldThread(entry))),
    ...field(t('Task'), line(entry.attachReason)),
    ...field(t('Files held'), heldCount === 0 ? undefined : String(heldCount)),
    ...usageFields(agent, activity, t),
    ...field(t('Started'), localTime(startedAt.epochMs)),
    ...field(t('Ended'), time(entry.completedAt)),
    ...field(t('Last heartbeat'), minute(entry.heartbeatAt)),
    ...field(t('Last progress'), minute(entry.lastProgressAt)),
    ...field(t('Provider'), line(entry.provider)),
    ...field(t('Thinking'), line(entry.thinkingLevel)),
    ...field(t('Folder'), line(entry.path)),
    ...field(t('Base state'), line(entry.baseState)),
    ...field(t('Model'), line(activity.usage?.totals.model ?? entry.model)),
    ...field(t('Actor key'), line(entry.nativeActorKey)),
    ...field(t('Parent actor key'), line(entry.nativeParentActorKey)),
    ...field(t('Session'), entry.sessionId),
  ];
}

function field(label: string, value: string | undefined): TooltipPart[] {
  return value === undefined || value === '' ? [] : [{ kind: 'field', label, value }];
}

function line(text: string | undefined): string | undefined {
  return text === undefined ? undefined : toPlainLine(text);
}

/** `Idle since 2026-11-21 10:03. Its turn is over; it waits for the next prompt. Process 123 is running.` */
function stateText(agent: AgentSnapshot, now: AgentNow | undefined, t: Translate): string {
  const { entry, verdict } = agent;
  const state = shownState(agent, now);
  const evidence = livenessSentence(entry, verdict.reason, t);
  if (now === undefined || !isDoing(state)) {
    return `${capitalised(translatedState(state, t))}. ${evidence}`;
  }
  const words = now.phase === 'working' ? t('working') : doingWords(now, t);
  const since = t('{0} since {1}', capitalised(words), localTime(now.sinceMs).slice(0, -3));
  const sentences = [`${since}.`, doingSentence(now, t), evidence];
  return sentences.filter((sentence) => sentence !== undefined).join(' ');
}

function doingFields(
  agent: AgentSnapshot,
  now: AgentNow | undefined,
  t: Translate,
): readonly TooltipPart[] {
  if (now === undefined || !isDoing(shownState(agent, now))) return [];
  const { tool, waitsFor } = now;
  const doing = toolWords(tool, t);
  const name = tool === undefined ? '' : toPlainLine(tool.name, 60);
  const maxFiles = 5;
  const files = (tool?.paths ?? []).slice(0, maxFiles).map((path) => toPlainLine(path, 120));
  const more = (tool?.paths.length ?? 0) - files.length;
  return [
    ...field(t('It says'), line(waitsFor?.text)),
    ...field(
      t('Now'),
      tool && doing && t('{0} since {1}', doing, localTime(tool.sinceMs).slice(11)),
    ),
    ...field(t('Tool'), name === doing ? undefined : name),
    ...field(
      t('Files'),
      files.length < 2
        ? undefined
        : [files.join(', '), ...(more > 0 ? [t('{0} more', more)] : [])].join(', '),
    ),
  ];
}

function usageFields(
  { entry }: AgentSnapshot,
  { usage, withChildren, crossing }: AgentActivity,
  t: Translate,
): readonly TooltipPart[] {
  return [
    ...field(t('Limit'), crossing && crossingText(crossing, t)),
    ...(usage === undefined || usage.isFromEntry
      ? field(t('Usage'), usageText(entry.usageSummary, t))
      : ownUsageFields(usage, t)),
    ...field(t('With subagents'), withChildren && sumText(withChildren, t)),
  ];
}

function ownUsageFields(usage: ShownUsage, t: Translate): readonly TooltipPart[] {
  const { totals } = usage;
  return [
    ...field(t('Tokens'), tokensText(totals.tokens, t)),
    ...field(t('Cost'), costText(usage, { pricesAsOf, t })),
    ...field(t('Context'), contextText(totals, t)),
    ...field(t('Tool calls'), totals.toolCalls === 0 ? undefined : String(totals.toolCalls)),
  ];
}

/** What an agent and all below it used, in one line. */
export function sumText(usage: ShownUsage, t: Translate): string {
  const cost = costText(usage, { pricesAsOf, t });
  const tokens = tokensText(usage.totals.tokens, t);
  return cost === undefined ? tokens : `${tokens} · ${cost}`;
}

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
