/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import type { Locator, Page } from 'playwright-core';
import { textNow } from './textNow.ts';

import { isContaining, waitUntil } from './waitUntil.ts';

export interface Notification {
  readonly severity: 'info' | 'warning' | 'error' | 'unknown';
  readonly text: string;
  readonly buttons: readonly string[];
  /** The addresses that the text links to, e.g. `command:heddle.log.show`. */
  readonly links: readonly string[];
}

/** The notifications at the bottom right. */
export class Notifications {
  constructor(private readonly page: Page) {}

  /** Those in view; at most three are, and one without buttons goes after some seconds. */
  async visible(): Promise<Notification[]> {
    return await readNotifications(this.page.locator('.notifications-toasts .monaco-list-row'));
  }

  /** All that were not cleared, newest first, read in the notification centre. */
  async all(): Promise<Notification[]> {
    const centre = this.page.locator('.notifications-center.visible');
    const wasOpen = await centre.isVisible();
    const bell = this.page.locator('.statusbar-item[id="status.notifications"]');
    if (!wasOpen) await bell.click();
    await centre.waitFor();
    const found = await readNotifications(centre.locator('.monaco-list-row'));
    if (!wasOpen) await bell.click();
    return found;
  }

  /** Waits for a notification whose text contains or matches this. */
  async waitFor(text: string | RegExp): Promise<Notification> {
    return await waitUntil(
      `a notification with ${String(text)}`,
      async () => (await this.visible()).find((each) => isContaining(each.text, text)),
      { describe: () => this.describe() },
    );
  }

  async clickButton(text: string | RegExp, button: string): Promise<void> {
    const row = await this.locate(text);
    await row.hover();
    await row
      .locator('.notification-list-item-buttons-container .monaco-button')
      .filter({ hasText: new RegExp(`^${escapeForRegExp(button)}$`) })
      .first()
      .click();
  }

  async clickLink(text: string | RegExp, link: string): Promise<void> {
    const row = await this.locate(text);
    await row.locator('.notification-list-item-message a').filter({ hasText: link }).click();
  }

  async dismiss(text: string | RegExp): Promise<void> {
    const row = await this.locate(text);
    await row.hover();
    await row.locator('.codicon-notifications-clear').click();
  }

  private async locate(text: string | RegExp): Promise<Locator> {
    await this.waitFor(text);
    const rows = this.page.locator('.notifications-toasts .monaco-list-row');
    return rows
      .filter({ has: this.page.locator('.notification-list-item-message', { hasText: text }) })
      .first();
  }

  private async describe(): Promise<string> {
    const texts = (await this.all()).map((each) => `  ${each.severity}: ${each.text}`);
    return ['Notifications are:', ...texts].join('\n');
  }
}

async function readNotifications(rows: Locator): Promise<Notification[]> {
  return await rows.evaluateAll((elements) =>
    elements.map((element) => {
      const message = element.querySelector<HTMLElement>('.notification-list-item-message');
      const icon = element.querySelector('.notification-list-item-icon')?.className ?? '';
      const severity = (['info', 'warning', 'error'] as const).find((each) =>
        icon.includes(`codicon-${each}`),
      );
      return {
        severity: severity ?? 'unknown',
        text: message?.innerText.trim() ?? '',
        buttons: [
          ...element.querySelectorAll<HTMLElement>(
            '.notification-list-item-buttons-container .monaco-text-button',
          ),
        ].map((button) => button.innerText.trim()),
        links: [...(message?.querySelectorAll('a') ?? [])].map(
          (link) => link.getAttribute('href') ?? '',
        ),
      };
    }),
  );
}

/** The modal dialog in the middle of the window. */
export interface ModalDialog {
  readonly message: string;
  readonly detail: string;
  readonly buttons: readonly string[];
}

/** Waits for a modal dialog and reads it. */
export async function readDialog(page: Page): Promise<ModalDialog> {
  const box = page.locator('.monaco-dialog-box:visible');
  await box.waitFor();
  const text = async (selector: string): Promise<string> => {
    return textNow(box.locator(selector));
  };
  const buttons = await box.locator('.dialog-buttons .monaco-text-button').allInnerTexts();
  return {
    message: await text('.dialog-message'),
    detail: await text('.dialog-message-detail'),
    buttons: buttons.map((button) => button.trim()),
  };
}

/** Waits for a modal dialog, clicks one of its buttons, and waits until it is gone. */
export async function clickDialogButton(page: Page, label: string): Promise<void> {
  const box = page.locator('.monaco-dialog-box:visible');
  await box
    .locator('.dialog-buttons .monaco-text-button')
    .filter({ hasText: new RegExp(`^\\s*${escapeForRegExp(label)}\\s*$`) })
    .click();
  await box.waitFor({ state: 'hidden' });
}

function escapeForRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
