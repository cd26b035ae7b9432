import type { Locator, Page } from 'playwright-core';

import { waitUntil } from './waitUntil.ts';

const hoverSelector = '.monaco-hover:visible .monaco-hover-content';

/** Rests the mouse on an element and returns the text of the tooltip that appears. */
export async function hoverText(page: Page, element: Locator): Promise<string> {
  return await waitUntil(
    'a tooltip',
    async () => {
      await leaveTooltip(page);
      await element.hover();
      await page.waitForTimeout(900);
      const hover = page.locator(hoverSelector).last();
      return (await hover.isVisible()) ? (await hover.innerText()).trim() : undefined;
    },
    { describe: async () => `of: ${await element.first().innerText()}` },
  );
}

/**
 * Takes the mouse where nothing has a tooltip, the empty part of the activity bar, until none is shown: it
 * would lie over what is to be clicked.
 */
export async function leaveTooltip(page: Page): Promise<void> {
  const shown = page.locator(hoverSelector).first();
  await waitUntil('no tooltip', async () => {
    await page.mouse.move(24, 0.7 * (page.viewportSize()?.height ?? 800));
    const isLeft = await shown.waitFor({ state: 'hidden', timeout: 2_000 }).then(
      () => true,
      () => undefined,
    );
    // One whose text changed after the mouse had left it stays until the mouse leaves it once more.
    const box = isLeft ? null : await shown.boundingBox();
    if (box) await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 3 });
    return isLeft;
  });
}
