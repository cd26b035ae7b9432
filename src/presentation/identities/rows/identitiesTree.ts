import type { ListedProblem } from '../../../core/identities/listedIdentity.ts';
import type { Translate } from '../../agentWording.ts';
import { groupRow } from '../../groupRow.ts';
import { lastSegment } from '../../pathFolders.ts';
import { toPlainLine } from '../../plainText.ts';
import type { TreeRow, TreeRows } from '../../treeRow.ts';
import { toIdentityFileElement } from './identityElement.ts';
import { identityRow, type IdentityRowOptions } from './identityRow.ts';
import type { PlacedIdentity, PlacedProblem } from './placedIdentity.ts';

export interface IdentitiesTreeOptions extends Pick<IdentityRowOptions, 't' | 'nameOf'> {
  /** All checkouts of the window, also those without agents. */
  readonly worktrees: readonly string[];
  readonly problems: readonly PlacedProblem[];
}

const maxProblems = 100;

/** A list in the order of names; in groups only where several checkouts are open. */
export function buildIdentitiesTree(
  identities: readonly PlacedIdentity[],
  options: IdentitiesTreeOptions,
): TreeRows {
  const { worktrees } = options;
  const rows =
    worktrees.length > 1
      ? worktrees.flatMap((worktree) => worktreeRows(worktree, identities, options))
      : rowsOf(identities, options.problems, { ...options, parent: undefined });
  return {
    roots: rows.filter(({ parent }) => parent === undefined).map(({ id }) => id),
    rows: new Map(rows.map((row) => [row.id, row])),
  };
}

function worktreeRows(
  worktree: string,
  identities: readonly PlacedIdentity[],
  options: IdentitiesTreeOptions,
): readonly TreeRow[] {
  const id = `identities:@${worktree}`;
  const own = rowsOf(
    identities.filter((each) => each.worktree === worktree),
    options.problems.filter((each) => each.worktree === worktree),
    { ...options, parent: id },
  );
  const group = groupRow({
    ...{ id, parent: undefined, icon: 'root-folder', tooltip: worktree, isExpanded: true },
    label: toPlainLine(distinctName(worktree, options.worktrees)),
    children: own.map((row) => row.id),
  });
  return own.length === 0 ? [] : [group, ...own];
}

/** The last folder of a checkout, with as many of those above it as it takes to tell it from the others. */
function distinctName(worktree: string, all: readonly string[]): string {
  const segmentsOf = (path: string): readonly string[] =>
    path.split(/[/\\]/).filter((segment) => segment !== '');
  const endOf = (path: string, count: number): string => segmentsOf(path).slice(-count).join('/');
  const others = all.filter((other) => other !== worktree);
  for (let count = 1; count <= segmentsOf(worktree).length; count += 1) {
    const name = endOf(worktree, count);
    if (others.every((other) => endOf(other, count) !== name)) return name;
  }
  return worktree;
}

function rowsOf(
  identities: readonly PlacedIdentity[],
  problems: readonly PlacedProblem[],
  options: IdentityRowOptions,
): readonly TreeRow[] {
  const { t, parent } = options;
  return [
    ...identities.map((placed) => identityRow(placed, options)),
    ...problems.slice(0, maxProblems).map(({ problem }) => problemRow(problem, { t, parent })),
  ];
}

/** A file, or the folder, that describes nobody as it is. */
function problemRow(
  { path, problem }: ListedProblem,
  { t, parent }: { readonly t: Translate; readonly parent: string | undefined },
): TreeRow {
  const text = toPlainLine(problem, 300);
  const label = toPlainLine(lastSegment(path), 60);
  return {
    ...{ id: toIdentityFileElement(path), parent, label, description: text },
    ...{ icon: 'warning', color: 'notificationsWarningIcon.foreground' },
    contextValue: 'heddle.identityFile',
    tooltip: [
      { kind: 'title', text: label },
      { kind: 'text', text },
      { kind: 'field', label: t('File'), value: toPlainLine(path, 300) },
    ],
    ...{ children: [], isExpanded: false, hasDetails: true },
    accessibleText: [label, text].join(', '),
  };
}
