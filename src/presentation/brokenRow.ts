import type { BrokenRecord } from '../core/agents/agentRecord.ts';
import { agentName, type Translate } from './agentWording.ts';
import { toBrokenElement } from './brokenElement.ts';
import { toPlainLine } from './plainText.ts';
import type { TreeRow } from './treeRow.ts';

/** The row of a file that cannot be read as an entry. */
export function brokenRow(
  record: BrokenRecord,
  { root, parent, t }: { readonly root: string; readonly parent: string; readonly t: Translate },
): TreeRow {
  const problem = toPlainLine(record.problem);
  const where = record.line === undefined ? '' : t('Line {0}: ', record.line);
  const lastGood = record.lastGood?.entry;
  return {
    id: toBrokenElement({ root, fileName: record.fileName }),
    parent,
    label: toPlainLine(record.fileName, 80),
    description: `${where}${problem}`,
    icon: 'warning',
    color: 'list.warningForeground',
    contextValue: 'heddle.broken',
    tooltip: [
      { kind: 'title', text: toPlainLine(record.fileName) },
      { kind: 'text', text: `${where}${problem}` },
      ...(lastGood
        ? [
            {
              kind: 'text' as const,
              text: t(
                'It last held {0} on thread {1}.',
                agentName(lastGood, t),
                toPlainLine(lastGood.thread),
              ),
            },
          ]
        : []),
    ],
    children: [],
    isExpanded: false,
    hasDetails: true,
  };
}
