import type { Locator } from 'playwright-core';

/** The text of the first one that is there now, or ''. Never waits, also not for one that has just gone. */
export async function textNow(locator: Locator): Promise<string> {
  const [first = ''] = await locator.allInnerTexts();
  return first.trim();
}
