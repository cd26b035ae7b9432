import type { Locator, Page } from 'playwright-core';

import { waitUntil } from './waitUntil.ts';

const hoverSelector = '.monaco-hover:visible .monaco-hover-content';

/** Rests the mouse on an element and returns the text of the tooltip that appears. */
export async function hoverText(page: Page, element: Locator): Promise<string> {
  await leave(page);
  return await waitUntil(
    'a tooltip',
    async () => {
      await element.hover();
      await page.waitForTimeout(900);
      const hover = page.locator(hoverSelector).last();
      if (await hover.isVisible()) return (await hover.innerText()).trim();
      await leave(page);
      return undefined;
    },
    { describe: async () => `of: ${await element.first().innerText()}` },
  );
}

async function leave(page: Page): Promise<void> {
  await page.mouse.move(640, 2);
  await page.locator(hoverSelector).first().waitFor({ state: 'hidden', timeout: 5_000 });
}
