import { entryFieldNames } from '../core/agents/agentEntryFields.ts';
import type { AgentEntry, AgentUsageSummary } from '../core/agents/agentEntry.ts';
import { timestampMs } from '../core/agents/timestamp.ts';
import { entryToJson } from './agentJson.ts';
import { dollars, grouped, type Translate } from './agentWording.ts';
import { pricesAsOf } from '../core/harness/usage/priceTable.ts';
import { localTime, shortDuration } from './duration.ts';
import { crossingText, type Crossing } from './usageLimits.ts';
import type { ShownUsage } from './usageShown.ts';
import { contextText, costText } from './usageWording.ts';

/** A field of an entry in words. Label and value may come from outside and are not escaped. */
export interface DetailsField {
  /** Name in the file. */
  readonly name: string;
  readonly label: string;
  readonly value: string;
  /** For a time: how long ago, or in how long. */
  readonly relative: string | undefined;
  /** False for a field that this version does not know. */
  readonly isKnown: boolean;
}

export interface DetailsQuery {
  readonly path: string;
  readonly scope: string;
  readonly time: string;
  readonly relative: string | undefined;
  /** What else the query holds. */
  readonly more: string;
}

interface FieldOptions {
  readonly nowMs: number;
  readonly t: Translate;
}

/** Shown in tables of their own. */
const separateFields = new Set(['usage_summary', 'context_queries']);

/** What people ask first comes first; the other fields follow in the order of the file format. */
const firstFields = [
  'session_id',
  'status',
  'thread',
  'attach_reason',
  'path',
  'base_state',
  'harness',
  'provider',
  'model',
  'thinking_level',
  'started_at',
  'completed_at',
  'heartbeat_at',
  'last_progress_at',
  'pid',
];

/** All fields that an entry has, unknown ones last. A thread id that only repeats the thread is left out. */
export function detailsFields(entry: AgentEntry, options: FieldOptions): readonly DetailsField[] {
  const labels = fieldLabels(options.t);
  const known = new Set(entryFieldNames.map(({ name }) => name));
  return Object.entries(entryToJson(entry))
    .filter(([name, value]) => value !== null && !separateFields.has(name))
    .filter(([, value]) => !Array.isArray(value) || value.length > 0)
    .filter(([name, value]) => name !== 'thread_id' || value !== entry.thread)
    .sort(([a], [b]) => rank(a) - rank(b))
    .map(([name, value]) => {
      const time = name.endsWith('_at') && typeof value === 'string' ? value : undefined;
      return {
        name,
        label: labels.get(name) ?? name,
        value: (time && timeText(time)) ?? valueText(value),
        relative: time && relativeTime(time, options),
        isKnown: known.has(name),
      };
    });
}

function rank(name: string): number {
  const index = firstFields.indexOf(name);
  return index === -1 ? firstFields.length : index;
}

/** What the agent used, each counter in its unit; fields of a newer version by their names. */
export function detailsUsage(usage: AgentUsageSummary, t: Translate): readonly DetailsField[] {
  const count = (value: bigint | undefined): string | undefined =>
    value === undefined ? undefined : grouped(value);
  const { toolCalls, costMicrosUsd } = usage;
  const known: readonly (readonly [string, string, string | undefined])[] = [
    ['input_tokens', t('Tokens in'), count(usage.inputTokens)],
    ['output_tokens', t('Tokens out'), count(usage.outputTokens)],
    ['reasoning_tokens', t('Tokens for reasoning'), count(usage.reasoningTokens)],
    ['tool_calls', t('Tool calls'), count(toolCalls === undefined ? undefined : BigInt(toolCalls))],
    [
      'cost_micros_usd',
      t('Cost'),
      costMicrosUsd === undefined ? undefined : dollars(costMicrosUsd),
    ],
  ];
  return [
    ...known.flatMap(([name, label, value]) =>
      value === undefined ? [] : [{ name, label, value, relative: undefined, isKnown: true }],
    ),
    ...unknownFields(usage.unknownFields),
  ];
}

/** The same of a transcript or of events, and of the sums over several agents. */
export function liveUsageFields(usage: ShownUsage, t: Translate): readonly DetailsField[] {
  const { tokens, toolCalls, model } = usage.totals;
  const count = (value: number): string | undefined =>
    value === 0 ? undefined : grouped(BigInt(value));
  const known: readonly (readonly [string, string, string | undefined])[] = [
    ['input_tokens', t('Tokens in'), grouped(BigInt(tokens.input))],
    ['cache_read', t('Tokens read from cache'), count(tokens.cacheRead)],
    ['cache_write', t('Tokens written to cache'), count(tokens.cacheWrite)],
    ['output_tokens', t('Tokens out'), grouped(BigInt(tokens.output))],
    ['reasoning_tokens', t('Tokens for reasoning'), count(tokens.reasoning)],
    ['tool_calls', t('Tool calls'), count(toolCalls)],
    ['cost_micros_usd', t('Cost'), costText(usage, { pricesAsOf, t })],
    ['context', t('Context'), contextText(usage.totals, t)],
    ['model', t('Model'), model],
  ];
  return known.flatMap(([name, label, value]) =>
    value === undefined ? [] : [{ name, label, value, relative: undefined, isKnown: true }],
  );
}

/** The limit of spending that it is near or over. */
export function limitFields(crossing: Crossing | undefined, t: Translate): readonly DetailsField[] {
  if (crossing === undefined) return [];
  const value = `⚠\uFE0E ${crossingText(crossing, t)}`;
  return [{ name: 'limit', label: t('Limit'), value, relative: undefined, isKnown: true }];
}

/** The newest query first. */
export function detailsQueries(entry: AgentEntry, options: FieldOptions): readonly DetailsQuery[] {
  return entry.contextQueries
    .map((query) => ({
      path: query.path,
      scope: query.scope ?? '',
      time: timeText(query.queriedAt) ?? query.queriedAt,
      relative: relativeTime(query.queriedAt, options),
      more: Object.entries(query.unknownFields)
        .map(([name, value]) => `${name} = ${valueText(value)}`)
        .join(', '),
    }))
    .reverse();
}

/** `3 min ago`, or for a clock that runs behind `in 3 min`; undefined when it is no time. */
export function relativeTime(timestamp: string, { nowMs, t }: FieldOptions): string | undefined {
  const ms = timestampMs(timestamp);
  if (ms === undefined) return undefined;
  return ms <= nowMs
    ? t('{0} ago', shortDuration(nowMs - ms))
    : t('in {0}', shortDuration(ms - nowMs));
}

/** The time in the reader's own zone; undefined when it is no time. */
export function timeText(timestamp: string): string | undefined {
  const ms = timestampMs(timestamp);
  return ms === undefined ? undefined : localTime(ms);
}

function unknownFields(fields: Readonly<Record<string, unknown>>): readonly DetailsField[] {
  return Object.entries(fields).map(([name, value]) => ({
    name,
    label: name,
    value: valueText(value),
    relative: undefined,
    isKnown: false,
  }));
}

/** Texts and numbers as they are; lists and tables in the notation of JSON, counters exact. */
function valueText(value: unknown): string {
  return typeof value === 'string' ? value : toJsonText(value);
}

function toJsonText(value: unknown): string {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return `[${value.map(toJsonText).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([name, member]) => `${JSON.stringify(name)}: ${toJsonText(member)}`,
  );
  return `{${members.join(', ')}}`;
}

function fieldLabels(t: Translate): ReadonlyMap<string, string> {
  return new Map([
    ['session_id', t('Session')],
    ['client_instance_id', t('Client instance')],
    ['native_actor_key', t('Actor key')],
    ['native_parent_actor_key', t('Parent actor key')],
    ['native_instance_key', t('Instance key')],
    ['heddle_session_id', t('Heddle session')],
    ['thread_id', t('Thread id')],
    ['thread', t('Thread')],
    ['pid', t('Process')],
    ['boot_id', t('Boot')],
    ['liveness_path', t('Liveness file')],
    ['heartbeat_at', t('Last heartbeat')],
    ['anchor_state', t('Anchor state')],
    ['anchor_root', t('Anchor root')],
    ['reservation_token', t('Reservation token')],
    ['path', t('Folder')],
    ['base_state', t('Base state')],
    ['started_at', t('Started')],
    ['provider', t('Provider')],
    ['model', t('Model')],
    ['harness', t('Harness')],
    ['thinking_level', t('Thinking')],
    ['last_progress_at', t('Last progress')],
    ['report_flush_state', t('Report state')],
    ['attach_reason', t('Task')],
    ['attach_precedence', t('Attach precedence')],
    ['winning_attach_rule', t('Attached by')],
    ['probe_source', t('Detected by')],
    ['probe_confidence', t('Confidence of the detection')],
    ['status', t('Status')],
    ['completed_at', t('Ended')],
    ['process_start', t('Start of the process')],
    ['pid_namespace', t('Process namespace')],
  ]);
}
