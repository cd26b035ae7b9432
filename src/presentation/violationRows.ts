import { tryParseLockPath } from '../core/locks/lockPath.ts';
import { inEnglish, type Translate } from './agentWording.ts';
import { coarseDuration, localTime } from './duration.ts';
import { groupRow } from './groupRow.ts';
import { locate, type ClockedRow } from './lockRow.ts';
import { toPlainLine } from './plainText.ts';
import type { TooltipPart, TreeRow } from './treeRow.ts';
import { toIncidentElement } from './violationElement.ts';
import { incidentParties, type Incident } from './violationHistory.ts';
import {
  incidentCommand,
  incidentParts,
  incidentSentence,
  type IncidentWords,
} from './violationWording.ts';

export interface IncidentRowOptions extends IncidentWords {
  readonly root: string;
  readonly parent: string | undefined;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** The group of what was refused and what was violated; nothing for none. */
export function incidentRows(
  incidents: readonly Incident[],
  options: IncidentRowOptions,
): { readonly group: TreeRow; readonly rows: readonly ClockedRow[] } | undefined {
  if (incidents.length === 0) return undefined;
  const { root, parent, t = inEnglish } = options;
  const hasViolation = incidents.some(({ kind }) => kind === 'violation');
  // The editor keeps a group as it was left: one that is to be opened must be another one.
  const id = `${hasViolation ? 'violations' : 'refusals'}:@${root}`;
  const group = groupRow({
    ...{ id, parent, icon: hasViolation ? 'warning' : 'circle-slash' },
    ...(hasViolation ? { color: 'list.warningForeground' } : {}),
    label: t('Refusals and Violations'),
    tooltip: t(
      'In the last 24 hours: edits that were refused, and files that were changed past whoever holds them.',
    ),
    children: incidents.map((incident) => toIncidentElement({ root, id: incident.id })),
    isExpanded: hasViolation,
  });
  const rows = incidents.map((incident) => incidentRow(incident, { ...options, parent: id }));
  return { group, rows };
}

function incidentRow(incident: Incident, options: IncidentRowOptions): ClockedRow {
  const { atMs } = incident.event;
  return {
    make: (nowMs) => makeRow(incident, nowMs, options),
    nextMs: (nowMs) => {
      const span = Math.max(0, nowMs - atMs);
      const unitMs = span < hourMs ? minuteMs : hourMs;
      return atMs + (Math.floor(span / unitMs) + 1) * unitMs;
    },
  };
}

function makeRow(incident: Incident, nowMs: number, options: IncidentRowOptions): TreeRow {
  const { root, parent, t = inEnglish } = options;
  const { event, kind, count } = incident;
  const ago = coarseDuration(nowMs - event.atMs);
  const times = count > 1 ? [t('{0} times', count)] : [];
  const sentence = incidentSentence(event, options);
  return {
    id: toIncidentElement({ root, id: incident.id }),
    parent,
    label: pathsLabel(incident, t),
    description: [...incidentParts(event, options), ...times, ago].join(' · '),
    icon: kind === 'violation' ? 'warning' : 'circle-slash',
    color: kind === 'violation' ? 'list.warningForeground' : undefined,
    contextValue: contextValueOf(incident),
    tooltip: tooltipOf(incident, sentence, t),
    children: [],
    isExpanded: false,
    hasDetails: true,
    accessibleText: `${sentence} ${t('{0} ago', ago)}`,
  };
}

function pathsLabel({ event }: Incident, t: Translate): string {
  const [first = ''] = event.paths;
  const path = tryParseLockPath(first);
  const name = path === undefined ? toPlainLine(first, 100) : locate(path, t).name;
  const more = (event.pathCount ?? event.paths.length) - 1;
  return more > 0 ? t('{0} and {1} more', name, more) : name;
}

function contextValueOf({ kind, event }: Incident): string {
  const { doer, holder } = incidentParties(event);
  const flags = [doer && 'doer', holder && 'holder'].filter((flag) => flag !== undefined);
  return [`heddle.${kind}`, ...flags].join('+');
}

function tooltipOf(
  { event, count, kind }: Incident,
  sentence: string,
  t: Translate,
): TooltipPart[] {
  const command = incidentCommand(event);
  const title = event.paths.map((path) => toPlainLine(path, 120)).slice(0, 5);
  return [
    { kind: 'title', text: title.join(', ') },
    { kind: 'text', text: sentence },
    ...(command === undefined ? [] : [field(t('Command'), command)]),
    field(count > 1 ? t('Last time') : t('At'), localTime(event.atMs)),
    ...(count > 1 ? [field(t('How often'), String(count))] : []),
    ...(kind === 'violation'
      ? [{ kind: 'text' as const, text: t('Select it to see what was changed.') }]
      : []),
  ];
}

function field(label: string, value: string): TooltipPart {
  return { kind: 'field', label, value };
}
