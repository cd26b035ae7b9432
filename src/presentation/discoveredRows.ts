import type {
  DiscoveredAgent,
  DiscoveryConfidence,
  DiscoveryReason,
} from '../core/harness/discovery/discoveredAgent.ts';
import { inEnglish, type Translate } from './agentWording.ts';
import { toDiscoveredElement } from './discoveredElement.ts';
import { localTime } from './duration.ts';
import { groupRow } from './groupRow.ts';
import { toPlainLine } from './plainText.ts';
import type { TooltipPart, TreeRow } from './treeRow.ts';

/** An agent that was seen at work, as it is shown. */
export interface ShownDiscovery {
  readonly agent: DiscoveredAgent;
  /** What its program is called, e.g. `Claude Code`. */
  readonly name: string;
  /** The terminal of this window that it was started in; undefined for any other. */
  readonly terminal: string | undefined;
  /** Whether its settings are connected, so that it joins when it is started anew. */
  readonly isConnected: boolean;
}

export interface DiscoveredRowOptions {
  readonly root: string;
  readonly parent: string | undefined;
  readonly t?: Translate | undefined;
}

/** The agents that are not connected, as a group: the group first; empty when there are none. */
export function discoveredRows(
  discovered: readonly ShownDiscovery[],
  { root, parent, t = inEnglish }: DiscoveredRowOptions,
): readonly TreeRow[] {
  if (discovered.length === 0) return [];
  const id = `notConnected:@${root}`;
  const rows = discovered.map((each) => discoveredRow(each, { root, parent: id, t }));
  const group = groupRow({
    ...{ id, parent, icon: 'debug-disconnect', isExpanded: true },
    label: t('Not Connected'),
    tooltip: t(
      'Agents that were seen at work here. They take no locks and are not refused any file.',
    ),
    children: rows.map((row) => row.id),
  });
  return [group, ...rows];
}

function discoveredRow(
  { agent, name, terminal, isConnected }: ShownDiscovery,
  { root, parent, t }: DiscoveredRowOptions & { readonly t: Translate },
): TreeRow {
  const where = terminal === undefined ? undefined : toPlainLine(terminal, 60);
  const parts = [
    agent.pid === undefined ? undefined : t('process {0}', agent.pid),
    where === undefined ? undefined : t('terminal {0}', where),
    isConnected ? t('restart it to join') : undefined,
  ];
  return {
    id: toDiscoveredElement({ root, id: agent.id }),
    parent,
    label: toPlainLine(name, 60),
    description: parts.filter((part) => part !== undefined).join(' · '),
    icon: 'question',
    color: 'disabledForeground',
    contextValue: [
      'heddle.discovered',
      ...(where === undefined ? [] : ['terminal']),
      ...(isConnected ? ['connected'] : []),
    ].join('+'),
    tooltip: tooltipOf({ agent, name, terminal: where, isConnected }, t),
    children: [],
    isExpanded: false,
    hasDetails: false,
  };
}

function tooltipOf(
  { agent, name, terminal, isConnected }: ShownDiscovery,
  t: Translate,
): TooltipPart[] {
  const { pid, cwd, startedAtMs, confidence, reason } = agent;
  const fields: readonly (readonly [string, string | undefined])[] = [
    [t('Process'), pid === undefined ? undefined : String(pid)],
    [t('Terminal'), terminal],
    [t('Folder'), cwd === undefined ? undefined : toPlainLine(cwd, 300)],
    [t('Started'), startedAtMs === undefined ? undefined : localTime(startedAtMs)],
    [t('Confidence'), confidenceWord(confidence, t)],
  ];
  return [
    { kind: 'title', text: t('{0}, not connected', toPlainLine(name, 60)) },
    ...fields.flatMap(([label, value]): readonly TooltipPart[] =>
      value === undefined ? [] : [{ kind: 'field', label, value }],
    ),
    { kind: 'text', text: reasonSentence(reason, t) },
    {
      kind: 'text',
      text: isConnected
        ? t('Its settings are connected, but it was started before or has not trusted them yet.')
        : t('What it edits is not locked, and it is not refused what others hold.'),
    },
  ];
}

function confidenceWord(confidence: DiscoveryConfidence, t: Translate): string {
  switch (confidence) {
    case 'high':
      return t('high');
    case 'medium':
      return t('medium');
    case 'low':
      return t('low');
  }
}

function reasonSentence(reason: DiscoveryReason, t: Translate): string {
  switch (reason) {
    case 'process-in-repository':
      return t('A process of its program works in a folder of this repository.');
    case 'terminal-command':
      return t('A terminal runs a command that starts it. Processes cannot be looked at here.');
    case 'terminal-command-alone':
      return t('A terminal runs a command that starts it, but no process of it was found there.');
  }
}
