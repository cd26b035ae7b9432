import { isReservation, type AgentEntry } from '../core/agents/agentEntry.ts';
import type { AgentSnapshot } from '../core/agents/registrySnapshot.ts';
import { timestampMs } from '../core/agents/timestamp.ts';
import { toAgentElement } from './agentElement.ts';
import {
  agentName,
  heldThread,
  isPerson,
  lastSeenMs,
  livenessSentence,
  stateWord,
  usageText,
  type StateWord,
  type Translate,
} from './agentWording.ts';
import { coarseDuration, localTime } from './duration.ts';
import { toPlainLine } from './plainText.ts';
import type { TooltipPart, TreeRow } from './treeRow.ts';

export interface AgentRowOptions {
  readonly root: string;
  readonly nowMs: number;
  readonly t: Translate;
  readonly parent: string | undefined;
  readonly children: readonly string[];
  /** How many files it holds. */
  readonly heldCount?: number | undefined;
  readonly cache: RowCache;
}

/** Rows by the agent that they show. An agent's object is the same while nothing about it changes. */
export type RowCache = WeakMap<AgentSnapshot, { readonly key: string; readonly row: TreeRow }>;

/** The row of an agent; the same object as before while it would look the same. */
export function agentRow(agent: AgentSnapshot, options: AgentRowOptions): TreeRow {
  const { root, nowMs, parent, children, cache, heldCount = 0 } = options;
  const age = coarseDuration(nowMs - sinceMs(agent));
  const key = [age, heldCount, root, parent, ...children].join('\n');
  const cached = cache.get(agent);
  if (cached?.key === key) return cached.row;
  const row = makeRow(agent, age, options);
  cache.set(agent, { key, row });
  return row;
}

/** The row of an agent: who, in which state, for how long, on which thread. */
function makeRow(agent: AgentSnapshot, age: string, options: AgentRowOptions): TreeRow {
  const { entry, verdict } = agent;
  const { root, t, parent, children } = options;
  const state = stateWord(entry, verdict);
  const name = agentName(entry, t);
  const thread = heldThread(entry);
  // The state comes first: in a narrow side bar the end of the line is cut off.
  const words = [
    `${translatedState(state, t)} ${age}`,
    toPlainLine(thread ?? entry.attachReason ?? '', 80),
  ];
  return {
    id: toAgentElement({ root, sessionId: entry.sessionId }),
    parent,
    label: name,
    description: words.filter((word) => word !== '').join(' · '),
    icon: iconOf(entry, state),
    color: colorOf(state),
    contextValue: contextValueOf(entry, state),
    tooltip: tooltipOf(agent, options),
    children,
    isExpanded: true,
    hasDetails: true,
    accessibleText: [
      name,
      t('{0} for {1}', translatedState(state, t), age),
      thread && t('holds thread {0}', toPlainLine(thread)),
    ]
      .filter((part) => part !== undefined && part !== '')
      .join(', '),
  };
}

/** The state words as they are shown. */
export function translatedState(state: StateWord, t: Translate): string {
  switch (state) {
    case 'alive':
      return t('alive');
    case 'dead':
      return t('dead');
    case 'unknown':
      return t('unknown');
    case 'complete':
      return t('complete');
    case 'merged':
      return t('merged');
    case 'abandoned':
      return t('abandoned');
  }
}

/** Since when it is in its state: alive since its start, dead since it was last seen, finished since its end. */
function sinceMs({ entry, startedAt, verdict }: AgentSnapshot): number {
  const isAtWork = entry.status === 'active' && verdict.liveness !== 'dead';
  return isAtWork ? startedAt.epochMs : (lastSeenMs(entry) ?? startedAt.epochMs);
}

function iconOf(entry: AgentEntry, state: StateWord): string {
  switch (state) {
    case 'alive':
      return isPerson(entry) ? 'account' : 'hubot';
    case 'dead':
      return 'error';
    case 'unknown':
      return isPerson(entry) ? 'account' : 'question';
    case 'complete':
      return 'pass';
    case 'merged':
      return 'git-merge';
    case 'abandoned':
      return 'circle-slash';
  }
}

/** Colours that every theme defines and that tell the states apart in both. */
function colorOf(state: StateWord): string | undefined {
  switch (state) {
    case 'alive':
      return 'charts.green';
    case 'dead':
      return 'charts.red';
    case 'unknown':
      return 'charts.yellow';
    case 'complete':
    case 'merged':
    case 'abandoned':
      return 'disabledForeground';
  }
}

function contextValueOf(entry: AgentEntry, state: StateWord): string {
  const flags = [
    entry.status === 'active' ? 'active' : 'finished',
    state,
    isReservation(entry) ? 'reservation' : undefined,
    entry.path === undefined ? undefined : 'path',
  ];
  return ['heddle.agent', ...flags.filter((flag) => flag !== undefined)].join('+');
}

function tooltipOf(
  { entry, verdict, startedAt }: AgentSnapshot,
  { t, heldCount = 0 }: AgentRowOptions,
): TooltipPart[] {
  const field = (label: string, value: string | undefined): TooltipPart[] =>
    value === undefined || value === '' ? [] : [{ kind: 'field', label, value }];
  const time = (text: string | undefined): string | undefined => {
    const ms = timestampMs(text);
    return ms === undefined ? undefined : localTime(ms);
  };
  // To the minute, so that a sign of life repaints a row once a minute at most.
  const minute = (text: string | undefined): string | undefined => time(text)?.slice(0, -3);
  const line = (text: string | undefined): string | undefined =>
    text === undefined ? undefined : toPlainLine(text);
  return [
    { kind: 'title', text: agentName(entry, t) },
    {
      kind: 'text',
      text: `${capitalised(translatedState(stateWord(entry, verdict), t))}. ${livenessSentence(entry, verdict.reason, t)}`,
    },
    ...field(t('Thread'), line(heldThread(entry))),
    ...field(t('Task'), line(entry.attachReason)),
    ...field(t('Files held'), heldCount === 0 ? undefined : String(heldCount)),
    ...field(t('Usage'), usageText(entry.usageSummary, t)),
    ...field(t('Started'), localTime(startedAt.epochMs)),
    ...field(t('Ended'), time(entry.completedAt)),
    ...field(t('Last heartbeat'), minute(entry.heartbeatAt)),
    ...field(t('Last progress'), minute(entry.lastProgressAt)),
    ...field(t('Provider'), line(entry.provider)),
    ...field(t('Thinking'), line(entry.thinkingLevel)),
    ...field(t('Folder'), line(entry.path)),
    ...field(t('Base state'), line(entry.baseState)),
    ...field(t('Model'), line(entry.model)),
    ...field(t('Actor key'), line(entry.nativeActorKey)),
    ...field(t('Parent actor key'), line(entry.nativeParentActorKey)),
    ...field(t('Session'), entry.sessionId),
  ];
}

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
