import type { RegistrySnapshot } from '../core/agents/registrySnapshot.ts';
import type { Translate } from './agentWording.ts';
import { lastSegment } from './pathFolders.ts';
import { toPlainLine } from './plainText.ts';
import type { TreeRow } from './treeRow.ts';

/** The id of the row of a root, in any tree. */
export function rootRowId(root: string): string {
  return `root:@${root}`;
}

/** A root as a row of its own, for workspaces with several. */
export function rootRow(
  root: string,
  { description, children }: Pick<TreeRow, 'description' | 'children'>,
): TreeRow {
  return {
    id: rootRowId(root),
    parent: undefined,
    label: toPlainLine(lastSegment(root)),
    description,
    icon: 'root-folder',
    color: undefined,
    contextValue: 'heddle.root',
    tooltip: [{ kind: 'text', text: root }],
    children,
    isExpanded: true,
    hasDetails: false,
  };
}

/** What the row of a root says of its agents. */
export function rootDescription({ state, agents }: RegistrySnapshot, t: Translate): string {
  switch (state.kind) {
    case 'absent':
      return t('not initialised');
    case 'failed':
      return t('cannot be read');
    default:
      return t('{0} alive', agents.filter(({ verdict }) => verdict.liveness === 'alive').length);
  }
}
