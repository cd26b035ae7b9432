/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import type { Locator, Page } from 'playwright-core';

import { hoverText } from './hover.ts';
import { isContaining, waitUntil } from './waitUntil.ts';

export interface StatusBarItem {
  /** `<publisher>.<extension>.<item id>` for an item of an extension. */
  readonly id: string;
  /** Without its icons. */
  readonly text: string;
  readonly icons: readonly string[];
  readonly ariaLabel: string;
  readonly background: 'none' | 'warning' | 'error' | 'prominent' | 'remote' | 'offline';
}

/** The bar at the bottom. An item is named by its id, or by a part of its text or aria-label. */
export class StatusBar {
  constructor(private readonly page: Page) {}

  /** The visible items from left to right. */
  async items(): Promise<StatusBarItem[]> {
    return await this.page.locator('.statusbar-item:visible').evaluateAll((elements) =>
      elements.map((element) => {
        const kinds = ['warning', 'error', 'prominent', 'remote', 'offline'] as const;
        const kind = kinds.find((each) => element.classList.contains(`${each}-kind`));
        return {
          id: element.id,
          text: (element as HTMLElement).innerText.trim(),
          icons: [...element.querySelectorAll('.codicon')].flatMap(
            (icon) => /codicon-([\w-]+)/.exec(icon.className)?.[1] ?? [],
          ),
          ariaLabel: element.getAttribute('aria-label') ?? '',
          background:
            kind !== undefined && element.classList.contains('has-background-color')
              ? kind
              : ('none' as const),
        };
      }),
    );
  }

  /** Waits for an item and returns it. */
  async waitFor(wanted: string | RegExp): Promise<StatusBarItem> {
    return await waitUntil(
      `a status bar item ${String(wanted)}`,
      async () => (await this.items()).find((item) => isWanted(item, wanted)),
      {
        describe: async () =>
          (await this.items()).map((item) => `  ${item.id}: ${item.text}`).join('\n'),
      },
    );
  }

  async click(wanted: string | RegExp): Promise<void> {
    await (await this.locate(wanted)).click();
  }

  async tooltip(wanted: string | RegExp): Promise<string> {
    return await hoverText(this.page, await this.locate(wanted));
  }

  private async locate(wanted: string | RegExp): Promise<Locator> {
    const item = await this.waitFor(wanted);
    return this.page.locator(`.statusbar-item[id=${JSON.stringify(item.id)}] a`).first();
  }
}

function isWanted(item: StatusBarItem, wanted: string | RegExp): boolean {
  return [item.id, item.text, item.ariaLabel].some((text) => isContaining(text, wanted));
}
