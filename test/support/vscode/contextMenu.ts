import type { Page } from 'playwright-core';

import { waitUntil } from './waitUntil.ts';

const itemSelector = '.monaco-menu-container .action-menu-item:visible';

/** A menu ignores the mouse just after it opened, so that one click does not open and choose. */
const menuGraceMs = 300;

/** The labels of the open menu and its open submenus, from top to bottom, without separators. */
export async function menuItems(page: Page): Promise<string[]> {
  await page.locator(itemSelector).first().waitFor();
  const labels = await page.locator(`${itemSelector} .action-label`).allInnerTexts();
  return labels.map((label) => label.trim());
}

/** Clicks an item of the open menu; several labels go through submenus. */
export async function clickMenuItem(page: Page, ...labels: readonly string[]): Promise<void> {
  for (const label of labels) {
    const item = page
      .locator(itemSelector)
      .filter({ has: page.locator(`.action-label[aria-label=${JSON.stringify(label)}]`) });
    await waitUntil(
      `a menu item "${label}"`,
      async () => ((await item.count()) > 0 ? true : undefined),
      { describe: async () => `The menu shows: ${(await menuItems(page)).join(' | ')}` },
    );
    await page.waitForTimeout(menuGraceMs);
    await item.first().click();
  }
}

/** Closes the open menu without choosing. */
export async function closeMenu(page: Page): Promise<void> {
  await page.keyboard.press('Escape');
  await page.locator(itemSelector).first().waitFor({ state: 'hidden' });
}
