/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import type { Locator } from 'playwright-core';

import { isMatch } from './waitUntil.ts';

/** One row of a tree as a person sees and hears it. */
export interface TreeRow {
  readonly label: string;
  readonly description: string;
  readonly ariaLabel: string;
  /** 1 for a root. */
  readonly level: number;
  /** Undefined for a leaf. */
  readonly isExpanded: boolean | undefined;
  readonly isSelected: boolean;
  /** The icon's name where it is a codicon, e.g. `hubot`. */
  readonly icon: string | undefined;
  /** The letters of a file decoration at the right end, or ''. */
  readonly badge: string;
  /** The label's colour as drawn, e.g. `rgb(204, 204, 204)`. */
  readonly color: string;
}

/** A row is named by its label, or by a function that chooses. */
export type RowQuery = string | RegExp | ((row: TreeRow) => boolean);

/** A row and its place among all rows, also those that are out of view. */
export interface PlacedRow {
  readonly index: number;
  readonly isLast: boolean;
  readonly row: TreeRow;
}

/** The function that a query stands for. */
export function toPredicate(query: RowQuery): (row: TreeRow) => boolean {
  return typeof query === 'function' ? query : (row) => isMatch(row.label, query);
}

/** The rows of a tree that are in the page, from top to bottom: those in view and some more. */
export async function readTreeRows(list: Locator): Promise<PlacedRow[]> {
  const rows = list.locator('.monaco-list-rows > .monaco-list-row');
  const read = await rows.evaluateAll((elements) =>
    elements.map((element) => {
      const label = element.querySelector<HTMLElement>('.label-name');
      const iconLabel = element.querySelector('.monaco-icon-label');
      const icon = element.querySelector('.custom-view-tree-node-item-icon');
      const expanded = element.getAttribute('aria-expanded');
      const badge = iconLabel === null ? '' : getComputedStyle(iconLabel, '::after').content;
      return {
        index: Number(element.getAttribute('data-index')),
        isLast: element.getAttribute('data-last-element') === 'true',
        row: {
          label: label?.innerText.trim() ?? '',
          description:
            element.querySelector<HTMLElement>('.label-description')?.innerText.trim() ?? '',
          ariaLabel: element.getAttribute('aria-label') ?? '',
          level: Number(element.getAttribute('aria-level')),
          isExpanded: expanded === null ? undefined : expanded === 'true',
          isSelected: element.getAttribute('aria-selected') === 'true',
          icon: /codicon-(?!colored)([\w-]+)/.exec(icon?.className ?? '')?.[1],
          badge: /^"(.*)"$/.exec(badge)?.[1] ?? '',
          color: label === null ? '' : getComputedStyle(label).color,
        },
      };
    }),
  );
  return read.sort((a, b) => a.index - b.index);
}
