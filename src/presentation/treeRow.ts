/** One row of a view as data; an adapter turns it into the editor's own item. */
export interface TreeRow {
  readonly id: string;
  readonly parent: string | undefined;
  readonly label: string;
  readonly description: string;
  /** Name of a codicon. */
  readonly icon: string;
  /** Id of a theme colour for the icon. */
  readonly color: string | undefined;
  /** `heddle.agent+active+dead`: what `when` clauses match. */
  readonly contextValue: string;
  readonly tooltip: readonly TooltipPart[];
  readonly children: readonly string[];
  readonly isExpanded: boolean;
  /** True when activating the row shows a page or a file. */
  readonly hasDetails: boolean;
  /** What a screen reader says; the label and the description when missing. */
  readonly accessibleText?: string | undefined;
}

/** A piece of a tooltip. Texts are from outside: the adapter must escape them. */
export type TooltipPart =
  | { readonly kind: 'title'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'field'; readonly label: string; readonly value: string };

/** True when two rows look and behave the same, so that nothing has to be painted. */
export function isSameRow(a: TreeRow, b: TreeRow): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** What must be painted again to get from one model to the next. */
export type TreeChange =
  | { readonly kind: 'none' }
  /** The top rows are others. */
  | { readonly kind: 'all' }
  /** These rows, each with everything below it. */
  | { readonly kind: 'rows'; readonly ids: readonly string[] };

export interface TreeRows {
  readonly roots: readonly string[];
  readonly rows: ReadonlyMap<string, TreeRow>;
}

/** Compares two models row by row and names the least that has to be repainted. */
export function diffRows(before: TreeRows, after: TreeRows): TreeChange {
  if (!isSameList(before.roots, after.roots)) return { kind: 'all' };
  const changed = new Set<string>();
  for (const [id, row] of after.rows) {
    const previous = before.rows.get(id);
    // A new row appears with its parent, whose children are others.
    if (previous === undefined || isSameRow(previous, row)) continue;
    if ((previous.children.length === 0) === (row.children.length === 0)) changed.add(id);
    // What becomes a parent or a leaf is another item in the list of its own parent.
    else if (row.parent === undefined) return { kind: 'all' };
    else changed.add(row.parent);
  }
  const ids = [...changed].filter((id) => !hasChangedAncestor(id, after.rows, changed));
  return ids.length === 0 ? { kind: 'none' } : { kind: 'rows', ids };
}

/** Repainting a row repaints what is below it. */
function hasChangedAncestor(
  id: string,
  rows: ReadonlyMap<string, TreeRow>,
  changed: ReadonlySet<string>,
): boolean {
  let parent = rows.get(id)?.parent;
  while (parent !== undefined) {
    if (changed.has(parent)) return true;
    parent = rows.get(parent)?.parent;
  }
  return false;
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i]);
}
