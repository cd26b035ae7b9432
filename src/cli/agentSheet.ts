import type { ActorChainNode } from '../core/agents/agentEntry.ts';
import type { AgentSnapshot } from '../core/agents/registrySnapshot.ts';
import {
  detailsFields,
  detailsQueries,
  detailsUsage,
  type DetailsField,
} from '../presentation/agentDetailsFields.ts';
import { inEnglish, livenessSentence, usageText } from '../presentation/agentWording.ts';
import { toPlainLine } from '../presentation/plainText.ts';
import { idAndName, stateSpan } from './agentLines.ts';
import { alignColumns, type Span, type TextLine } from './textLine.ts';

export interface AgentSheetOptions {
  readonly nowMs: number;
  /** Root to leaf, ending with the agent itself. */
  readonly chain: readonly ActorChainNode[];
  /** Absolute path of the entry's file. */
  readonly file: string;
}

const maxLabelLength = 40;
const maxValueLength = 2000;
const maxPathLength = 4096;
const indent = '  ';
/** Shown in the heading. */
const headingFields = new Set(['session_id', 'status']);

/** Everything that is known of one agent, for people: what it is, every field that is set, its chain. */
export function agentSheet(agent: AgentSnapshot, options: AgentSheetOptions): readonly TextLine[] {
  const { entry, verdict } = agent;
  const inWords = { nowMs: options.nowMs, t: inEnglish };
  const fields = detailsFields(entry, inWords).filter(({ name }) => !headingFields.has(name));
  const usage = usageText(entry.usageSummary);
  const unknownUsage = detailsUsage(entry.usageSummary, inEnglish).filter(
    ({ isKnown }) => !isKnown,
  );
  return [
    [{ text: idAndName(entry), tone: 'strong' }, { text: '  ' }, stateSpan(entry, verdict)],
    `${indent}${livenessSentence(entry, verdict.reason)}`,
    '',
    ...alignColumns([
      ...fields.map(fieldRow),
      ...(usage === undefined ? [] : [row('Usage', usage)]),
      ...unknownUsage.map(fieldRow),
      ...detailsQueries(entry, inWords).map(({ path, scope, time, more }) =>
        row('Context query', [time, path, scope, more].filter((part) => part !== '').join('  ')),
      ),
      row('Chain', options.chain.map(chainNodeText).join(' > ')),
      row('File', options.file, maxPathLength),
    ]),
  ];
}

/** One node of a chain in a few words. */
export function chainNodeText(node: ActorChainNode): string {
  return toPlainLine(node.nativeActorKey ?? node.sessionId, 80);
}

function fieldRow({ label, value, relative }: DetailsField): readonly Span[] {
  return row(label, relative === undefined ? value : `${value} (${relative})`);
}

function row(label: string, value: string, maxLength = maxValueLength): readonly Span[] {
  return [
    { text: `${indent}${toPlainLine(label, maxLabelLength)}`, tone: 'faint' },
    { text: toPlainLine(value, maxLength) },
  ];
}
