/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import type { Locator, Page } from 'playwright-core';
import { textNow } from './textNow.ts';

import { isMatch, waitUntil } from './waitUntil.ts';

/** One visible row of a quick pick; texts are without their icons. */
export interface QuickPickRow {
  readonly label: string;
  readonly description: string;
  readonly detail: string;
  /** The text of the separator at the right end of the row, or ''. */
  readonly separator: string;
  readonly ariaLabel: string;
  /** Names of the icons that are drawn, e.g. `['zap']`; `$(zap)` as text stays in the texts. */
  readonly icons: readonly string[];
  /** Undefined where the row has no checkbox. */
  readonly isChecked: boolean | undefined;
}

/** The palette at the top: quick picks, input boxes and the list of commands. */
export class QuickInput {
  private readonly root: Locator;
  private readonly input: Locator;
  private readonly list: Locator;

  constructor(private readonly page: Page) {
    this.root = page.locator('.quick-input-widget:visible');
    this.input = this.root.locator('.quick-input-box input:visible');
    this.list = this.root.locator('.quick-input-list .monaco-list-row');
  }

  async isOpen(): Promise<boolean> {
    return await this.root.isVisible();
  }

  /** Waits for a quick pick or an input box, whose title or placeholder fits where one is given. */
  async waitForOpen(wanted?: string | RegExp): Promise<void> {
    await waitUntil(
      `a quick input${wanted === undefined ? '' : ` with ${String(wanted)}`}`,
      async () => {
        if (!(await this.input.isVisible())) return undefined;
        if (wanted === undefined) return true;
        const texts = [await this.title(), await this.placeholder(), await this.message()];
        return texts.some((text) => isMatch(text, wanted)) ? true : undefined;
      },
      { describe: () => this.describe() },
    );
  }

  async waitForClosed(): Promise<void> {
    await this.root.waitFor({ state: 'hidden' });
  }

  async title(): Promise<string> {
    const title = this.root.locator('.quick-input-title:visible');
    return textNow(title);
  }

  async placeholder(): Promise<string> {
    return (await this.input.getAttribute('placeholder')) ?? '';
  }

  async value(): Promise<string> {
    return await this.input.inputValue();
  }

  /** The line below the input: a prompt or what a validation says. */
  async message(): Promise<string> {
    const message = this.root.locator('.quick-input-message');
    return textNow(message);
  }

  async type(text: string): Promise<void> {
    await this.waitForOpen();
    await this.input.fill(text);
  }

  /** Types and accepts, as in an input box. */
  async submit(text: string): Promise<void> {
    await this.type(text);
    await this.accept();
  }

  /** Accepts what is typed, focused or checked. */
  async accept(): Promise<void> {
    await this.input.focus();
    await this.page.keyboard.press('Enter');
  }

  async cancel(): Promise<void> {
    await this.page.keyboard.press('Escape');
    await this.waitForClosed();
  }

  /** The rows in view, from top to bottom. A long list shows more of itself when filtered. */
  async rows(): Promise<QuickPickRow[]> {
    await this.waitForOpen();
    return await this.list.evaluateAll((elements) =>
      elements
        .map((element) => ({ element, index: Number(element.getAttribute('data-index')) }))
        .sort((a, b) => a.index - b.index)
        .map(({ element }) => {
          const [label, description, detail, separator] = [
            '.quick-input-list-row:first-child .label-name',
            '.quick-input-list-row:first-child .label-description',
            '.quick-input-list-label-meta .label-name',
            '.quick-input-list-separator',
          ].map((selector) => {
            const part = element.querySelector<HTMLElement>(selector);
            const isDrawn = part?.checkVisibility() === true;
            return isDrawn ? part.innerText.trim() : '';
          });
          const checkbox = element.querySelector('.monaco-checkbox');
          return {
            label: label ?? '',
            description: description ?? '',
            detail: detail ?? '',
            separator: separator ?? '',
            ariaLabel: element.getAttribute('aria-label') ?? '',
            icons: [...element.querySelectorAll('.monaco-highlighted-label .codicon')].flatMap(
              (icon) => /codicon-([\w-]+)/.exec(icon.className)?.[1] ?? [],
            ),
            isChecked:
              checkbox === null ? undefined : checkbox.getAttribute('aria-checked') === 'true',
          };
        }),
    );
  }

  /** Clicks the row with this label. */
  async pick(label: string | RegExp): Promise<void> {
    await (await this.waitForRow(label)).locator('.label-name').first().click();
  }

  /** Checks or unchecks the row with this label. */
  async toggle(label: string | RegExp): Promise<void> {
    await (await this.waitForRow(label)).locator('.monaco-checkbox').click();
  }

  private async waitForRow(label: string | RegExp): Promise<Locator> {
    return await waitUntil(
      `a row ${String(label)} in the quick pick`,
      async () => {
        const row = (await this.rows()).findIndex((each) => isMatch(each.label, label));
        if (row < 0) return undefined;
        const wanted = (await this.rows())[row]?.ariaLabel ?? '';
        return this.root.locator(
          `.quick-input-list .monaco-list-row[aria-label=${JSON.stringify(wanted)}]`,
        );
      },
      { describe: () => this.describe() },
    ).then((found) => found.first());
  }

  private async describe(): Promise<string> {
    if (!(await this.isOpen())) return 'No quick input is open.';
    const rows = (await this.rows()).map((row) => `  ${row.label} ${row.description}`);
    return [`Open: "${await this.title()}" "${await this.placeholder()}", rows:`, ...rows].join(
      '\n',
    );
  }
}
