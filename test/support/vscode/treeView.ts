/// <reference lib="dom" />
import type { Locator, Page } from 'playwright-core';

import { clickMenuItem, menuItems } from './contextMenu.ts';
import { hoverText, leaveTooltip } from './hover.ts';
import { textNow } from './textNow.ts';
import { readTreeRows, toPredicate } from './treeRows.ts';
import type { PlacedRow, RowQuery, TreeRow } from './treeRows.ts';
import { isMatch, waitUntil } from './waitUntil.ts';

/** A tree in the side bar. Methods that name a row wait for it and scroll to it. */
export class TreeView {
  private readonly page: Page;
  private readonly list: Locator;

  constructor(
    readonly title: string,
    /** The pane with its header, or what takes its place. */
    readonly root: Locator,
  ) {
    this.page = root.page();
    this.list = root.locator('.monaco-list[role="tree"]').first();
  }

  /** Expands the section where it is folded. */
  async expandSection(): Promise<void> {
    const folded = this.root.locator('.pane-header[aria-expanded="false"]');
    if ((await folded.count()) > 0) await folded.first().click();
  }

  /** Folds the section where it is expanded. */
  async foldSection(): Promise<void> {
    const expanded = this.root.locator('.pane-header[aria-expanded="true"]');
    if ((await expanded.count()) > 0) await expanded.first().click();
  }

  /** All rows from top to bottom, also those that are scrolled out of view. */
  async rows(): Promise<TreeRow[]> {
    if (!(await this.list.isVisible())) return [];
    const found = new Map<number, TreeRow>();
    for await (const part of this.scrollThrough()) {
      for (const { index, row } of part) found.set(index, row);
    }
    return [...found].sort(([a], [b]) => a - b).map(([, row]) => row);
  }

  /** Waits until there is such a row, and returns it. */
  async waitForRow(query: RowQuery): Promise<TreeRow> {
    return (await this.find(query)).row;
  }

  /** Waits until such a row has this description, and returns it: what it says may come after its label. */
  async waitForDescription(query: RowQuery, wanted: string | RegExp): Promise<TreeRow> {
    const isMeant = toPredicate(query);
    return this.waitForRow((row) => isMeant(row) && isMatch(row.description, wanted));
  }

  /** Waits until no such row is left. */
  async waitForNoRow(query: RowQuery): Promise<void> {
    await waitUntil(
      `no row ${String(query)} in "${this.title}"`,
      async () => ((await this.rows()).some(toPredicate(query)) ? undefined : true),
      { describe: () => this.describe() },
    );
  }

  async select(query: RowQuery): Promise<void> {
    await (await this.find(query)).element.locator('.label-name').first().click();
  }

  /** Clicks further rows with the key that adds them to the selection. */
  async addToSelection(query: RowQuery): Promise<void> {
    const { element } = await this.find(query);
    await element
      .locator('.label-name')
      .first()
      .click({ modifiers: ['ControlOrMeta'] });
  }

  async expand(query: RowQuery): Promise<void> {
    await this.setExpanded(query, true);
  }

  async collapse(query: RowQuery): Promise<void> {
    await this.setExpanded(query, false);
  }

  /** The text of the tooltip. */
  async tooltip(query: RowQuery): Promise<string> {
    const { element } = await this.find(query);
    return await hoverText(this.page, element.locator('.label-name').first());
  }

  /** The labels of the buttons on the row. */
  async inlineActions(query: RowQuery): Promise<string[]> {
    const { element } = await this.find(query);
    await element.hover();
    const labels = await element
      .locator('.actions .action-label:visible')
      .evaluateAll((elements) => elements.map((each) => each.getAttribute('aria-label') ?? ''));
    return labels;
  }

  async clickInlineAction(query: RowQuery, label: string): Promise<void> {
    const { element } = await this.find(query);
    await element.hover();
    await element
      .locator(`.actions .action-label[aria-label^=${JSON.stringify(label)}]`)
      .first()
      .click();
  }

  /** Opens the row's context menu and returns its labels; {@link clickMenuItem} chooses. */
  async openContextMenu(query: RowQuery): Promise<string[]> {
    const { element } = await this.find(query);
    await leaveTooltip(this.page);
    await element.locator('.label-name').first().click({ button: 'right' });
    return await menuItems(this.page);
  }

  async clickContextMenuItem(query: RowQuery, ...labels: readonly string[]): Promise<void> {
    await this.openContextMenu(query);
    await clickMenuItem(this.page, ...labels);
  }

  /** The labels of the buttons in the view's title bar. */
  async titleActions(): Promise<string[]> {
    const bar = await this.titleBar();
    return await bar
      .locator('.action-label:visible')
      .evaluateAll((elements) => elements.map((each) => each.getAttribute('aria-label') ?? ''));
  }

  async clickTitleAction(label: string): Promise<void> {
    const bar = await this.titleBar();
    await bar
      .locator(`.action-label[aria-label^=${JSON.stringify(label)}]`)
      .first()
      .click();
  }

  /** Opens the menu behind the dots in the title bar; returns what it offers. */
  async openTitleMenu(): Promise<string[]> {
    const bar = await this.titleBar();
    const dots = bar.locator('.action-label[aria-label*="More Actions"]').first();
    const menu = this.page.locator('.monaco-menu-container .action-menu-item:visible').first();
    // A click at the moment at which the buttons appear is lost.
    await waitUntil('the menu of the view', async () => {
      await dots.click();
      return await menu.waitFor({ timeout: 2000 }).then(
        () => true,
        () => undefined,
      );
    });
    return await menuItems(this.page);
  }

  /** What the view says instead of rows, or ''. */
  async welcome(): Promise<string> {
    const welcome = this.root.locator('.welcome-view-content:visible');
    return textNow(welcome);
  }

  async clickWelcomeButton(label: string): Promise<void> {
    const button = this.root.locator('.welcome-view-content .monaco-button:visible');
    await button.filter({ hasText: label }).first().click();
  }

  /** The message above the rows, or ''. */
  async message(): Promise<string> {
    const message = this.root.locator('.tree-explorer-viewlet-tree-view > .message:visible');
    return textNow(message);
  }

  /** A view that is alone in its container has its buttons in the container's title. */
  private async titleBar(): Promise<Locator> {
    const header = this.root.locator('.pane-header:visible').first();
    const isAlone = (await header.count()) === 0;
    const bar = isAlone ? this.page.locator('.sidebar > .composite.title') : header;
    await bar.hover();
    return bar;
  }

  private async setExpanded(query: RowQuery, isExpanded: boolean): Promise<void> {
    await waitUntil(
      `"${String(query)}" to be ${isExpanded ? 'expanded' : 'collapsed'}`,
      async () => {
        const { row, element } = await this.find(query);
        if (row.isExpanded === isExpanded) return true;
        await element.locator('.monaco-tl-twistie').click();
        await this.page.waitForTimeout(300);
        return undefined;
      },
    );
  }

  private async find(query: RowQuery): Promise<{ row: TreeRow; element: Locator }> {
    const isWanted = toPredicate(query);
    const found = await waitUntil(
      `a row ${String(query)} in "${this.title}"`,
      async () => {
        await this.expandSection();
        if (!(await this.list.isVisible())) return undefined;
        for await (const part of this.scrollThrough()) {
          const hit = part.find(({ row }) => isWanted(row));
          if (hit !== undefined) return hit;
        }
        return undefined;
      },
      { describe: () => this.describe() },
    );
    return {
      row: found.row,
      element: this.list.locator(`.monaco-list-row[data-index="${found.index}"]`).first(),
    };
  }

  /** Only rows in view exist in the page, so a long tree is read part by part. */
  private async *scrollThrough(): AsyncGenerator<PlacedRow[]> {
    let part = await readTreeRows(this.list);
    const isWhole =
      part.length === 0 || (part[0]?.index === 0 && part.some(({ isLast }) => isLast));
    if (isWhole) {
      yield part;
      return;
    }

    // One that lies over the list would take the wheel for itself.
    await leaveTooltip(this.page);
    await this.list.hover();
    for (let tries = 0; tries < 100 && part[0]?.index !== 0; tries += 1) {
      await this.scrollBy(-1_000);
      part = await readTreeRows(this.list);
    }
    const step = ((await this.list.boundingBox())?.height ?? 200) * 0.7;
    for (let previousLast = -1; ;) {
      yield part;
      const last = part.at(-1)?.index ?? -1;
      if (part.some(({ isLast }) => isLast) || last === previousLast) return;
      previousLast = last;
      await this.scrollBy(step);
      part = await readTreeRows(this.list);
    }
  }

  private async scrollBy(pixels: number): Promise<void> {
    await this.page.mouse.wheel(0, pixels);
    await this.page.waitForTimeout(80);
  }

  private async describe(): Promise<string> {
    const rows = (await this.rows()).map(
      (row) => `  ${'  '.repeat(row.level - 1)}${row.label} | ${row.description}`,
    );
    return [
      `"${this.title}" shows:`,
      ...rows,
      `message: ${await this.message()}`,
      `welcome: ${await this.welcome()}`,
    ].join('\n');
  }
}
