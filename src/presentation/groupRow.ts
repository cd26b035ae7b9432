import type { TreeRow } from './treeRow.ts';

/** The row above some others: what they have in common and how many they are. */
export function groupRow(group: {
  readonly id: string;
  readonly parent: string | undefined;
  readonly label: string;
  readonly icon: string;
  readonly color?: string;
  readonly tooltip: string;
  readonly children: readonly string[];
  readonly isExpanded: boolean;
}): TreeRow {
  const { tooltip, children, color, ...row } = group;
  return {
    ...row,
    description: String(children.length),
    color,
    contextValue: 'heddle.group',
    tooltip: [{ kind: 'text', text: tooltip }],
    children,
    hasDetails: false,
  };
}
