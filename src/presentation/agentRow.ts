import { isReservation, type AgentEntry } from '../core/agents/agentEntry.ts';
import type { AgentSnapshot } from '../core/agents/registrySnapshot.ts';
import type { AgentNow } from '../core/harness/agentNow.ts';
import { isSameActivity, noActivity, type AgentActivity } from './agentActivity.ts';
import { doingSinceMs, doingWords } from './agentDoing.ts';
import { toAgentElement } from './agentElement.ts';
import { isDoing, shownState, stateColor, stateIcon, translatedState } from './agentState.ts';
import { agentTooltip } from './agentTooltip.ts';
import { agentName, heldThread, lastSeenMs, stateWord, type Translate } from './agentWording.ts';
import { coarseDuration } from './duration.ts';
import { toPlainLine } from './plainText.ts';
import type { TreeRow } from './treeRow.ts';
import { shortCrossing } from './usageLimits.ts';
import { usageOfEntry } from './usageShown.ts';
import { shortUsage } from './usageWording.ts';

export interface AgentRowOptions {
  readonly root: string;
  readonly nowMs: number;
  readonly t: Translate;
  readonly parent: string | undefined;
  readonly children: readonly string[];
  /** How many files it holds. */
  readonly heldCount?: number | undefined;
  readonly activity?: AgentActivity | undefined;
  readonly cache: RowCache;
}

/** Rows by the agent that they show. An agent's object is the same while nothing about it changes. */
export type RowCache = WeakMap<AgentSnapshot, CachedRow>;

interface CachedRow {
  readonly key: string;
  readonly activity: AgentActivity;
  readonly row: TreeRow;
}

/** The row of an agent; the same object as before while it would look the same. */
export function agentRow(agent: AgentSnapshot, options: AgentRowOptions): TreeRow {
  const { root, nowMs, parent, children, cache, heldCount = 0, activity = noActivity } = options;
  const age = coarseDuration(nowMs - sinceMs(agent, activity.now));
  const key = [age, heldCount, root, parent, ...children].join('\n');
  const cached = cache.get(agent);
  if (cached?.key === key && isSameActivity(cached.activity, activity)) return cached.row;
  const row = makeRow(agent, age, { ...options, activity });
  cache.set(agent, { key, activity, row });
  return row;
}

/** The row of an agent: who, in which state, for how long, on which thread, at what price. */
function makeRow(
  agent: AgentSnapshot,
  age: string,
  options: AgentRowOptions & { readonly activity: AgentActivity },
): TreeRow {
  const { entry } = agent;
  const { root, t, parent, children, activity, heldCount = 0 } = options;
  const { crossing, now } = activity;
  const state = shownState(agent, now);
  const name = agentLabel(entry, now, t);
  const isChild = now?.childType !== undefined;
  const thread = heldThread(entry);
  const used = activity.usage ?? usageOfEntry(entry.usageSummary);
  const words = stateWords(agent, { now, t });
  const warning = crossing && `⚠\uFE0E ${shortCrossing(crossing, t)}`;
  // The state comes first: in a narrow side bar the end of the line is cut off.
  const parts = [
    words.isOneWord ? `${words.text} ${age}` : `${words.text} · ${age}`,
    warning,
    toPlainLine(thread ?? entry.attachReason ?? (isChild ? agentName(entry, t) : ''), 80),
    shortUsage(used, { t, hasCost: crossing === undefined }),
  ];
  return {
    id: toAgentElement({ root, sessionId: entry.sessionId }),
    parent,
    label: name,
    description: parts.filter((part) => part !== undefined && part !== '').join(' · '),
    icon: stateIcon(entry, state),
    color: stateColor(state),
    contextValue: contextValueOf(agent, now),
    tooltip: agentTooltip(agent, { t, name, heldCount, activity }),
    children,
    isExpanded: true,
    hasDetails: true,
    accessibleText: [
      name,
      t('{0} for {1}', words.text, age),
      thread && t('holds thread {0}', toPlainLine(thread)),
      crossing && t('spent {0}', shortCrossing(crossing, t)),
    ]
      .filter((part) => part !== undefined && part !== '')
      .join(', '),
  };
}

/** Who this is: of a subagent its type, such as `Explore`. */
export function agentLabel(entry: AgentEntry, now: AgentNow | undefined, t: Translate): string {
  const type = toPlainLine(now?.childType ?? '', 60);
  return type === '' ? agentName(entry, t) : type;
}

function stateWords(
  agent: AgentSnapshot,
  { now, t }: { readonly now: AgentNow | undefined; readonly t: Translate },
): { readonly text: string; readonly isOneWord: boolean } {
  const state = shownState(agent, now);
  const plain = translatedState(state, t);
  const text = now !== undefined && isDoing(state) ? doingWords(now, t) : plain;
  return { text, isOneWord: text === plain && state !== 'waiting' };
}

/** Since when it is in its state: alive since its start, dead since it was last seen, finished since its end. */
function sinceMs(agent: AgentSnapshot, now: AgentNow | undefined): number {
  const { entry, startedAt, verdict } = agent;
  if (now !== undefined && isDoing(shownState(agent, now))) return doingSinceMs(now);
  const isAtWork = entry.status === 'active' && verdict.liveness !== 'dead';
  return isAtWork ? startedAt.epochMs : (lastSeenMs(entry) ?? startedAt.epochMs);
}

function contextValueOf(agent: AgentSnapshot, now: AgentNow | undefined): string {
  const { entry, verdict } = agent;
  const state = shownState(agent, now);
  const flags = [
    entry.status === 'active' ? 'active' : 'finished',
    stateWord(entry, verdict),
    isDoing(state) ? state : undefined,
    now === undefined ? undefined : 'connected',
    isReservation(entry) ? 'reservation' : undefined,
    entry.path === undefined ? undefined : 'path',
  ];
  return ['heddle.agent', ...flags.filter((flag) => flag !== undefined)].join('+');
}
