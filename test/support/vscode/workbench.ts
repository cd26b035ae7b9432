/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { BrowserContext, FrameLocator, Locator, Page } from 'playwright-core';

import { sharedBrowser } from './browser.ts';
import type { CodeServer } from './codeServer.ts';
import { Notifications } from './notifications.ts';
import { testOutputDir } from './projectPaths.ts';
import { QuickInput } from './quickInput.ts';
import { StatusBar } from './statusBar.ts';
import { textNow } from './textNow.ts';
import { themes } from './themes.ts';
import type { Theme } from './themes.ts';
import { TreeView } from './treeView.ts';
import type { Settings } from './userData.ts';
import { defaultTimeoutMs, waitUntil } from './waitUntil.ts';

export interface WorkbenchOptions {
  /** A folder or a `.code-workspace` file; absent means an empty window. */
  readonly target?: string;
  readonly theme?: Theme;
  readonly size?: { readonly width: number; readonly height: number };
}

/** Opens a window of a running code-server, as a person opens it in a browser. */
export async function openWorkbench(
  server: CodeServer,
  options: WorkbenchOptions = {},
): Promise<Workbench> {
  await server.writeSettings({ 'workbench.colorTheme': themes[options.theme ?? 'dark'].id });
  const browser = await sharedBrowser();
  const context = await browser.newContext({
    viewport: options.size ?? { width: 1280, height: 800 },
  });
  context.setDefaultTimeout(defaultTimeoutMs);
  // tsx wraps named functions in this, also those that are sent into the page.
  await context.addInitScript('globalThis.__name ??= (each) => each;');
  try {
    const page = await context.newPage();
    await page.goto(server.url(options.target));
    const workbench = new Workbench(server, context, page);
    await workbench.waitForReady();
    openWorkbenches.add(workbench);
    return workbench;
  } catch (error) {
    await context.close();
    throw error;
  }
}

/** The windows of this process that are open now. */
export const openWorkbenches = new Set<Workbench>();

/** A window. Every method waits for what it acts on, 30 s at most. */
export class Workbench {
  readonly quickInput: QuickInput;
  readonly notifications: Notifications;
  readonly statusBar: StatusBar;
  /** The files of the folder; its rows carry the badges of file decorations. */
  readonly explorer: TreeView;
  /** Whether it was seen to know that its folder is trusted. */
  private hasTrust = false;

  constructor(
    readonly server: CodeServer,
    private readonly context: BrowserContext,
    readonly page: Page,
  ) {
    this.quickInput = new QuickInput(page);
    this.notifications = new Notifications(page);
    this.statusBar = new StatusBar(page);
    this.explorer = new TreeView('Explorer', page.locator('.explorer-folders-view'));
  }

  async waitForReady(): Promise<void> {
    await this.page.locator('.monaco-workbench .statusbar').waitFor();
    await this.page.locator('.monaco-workbench .activitybar .action-label').first().waitFor();
  }

  /** Runs a command by its full title (`Category: Title`) from the command palette. */
  async runCommand(title: string): Promise<void> {
    if (await this.isDistrustedByMistake(title)) await this.reopen();
    await waitUntil(
      `a command "${title}" in the palette`,
      async () => {
        await this.openPalette();
        await this.quickInput.type(`>${title}`);
        await this.page.waitForTimeout(250);
        const rows = await this.quickInput.rows();
        return rows.some((row) => row.label === title) ? true : undefined;
      },
      { describe: async () => `The palette offers: ${await this.paletteLabels()}` },
    );
    await this.quickInput.pick(title);
  }

  /**
   * A window that was told to trust every folder comes up, once in a few hundred times and on a busy
   * machine, without having noticed. Told by a command that needs the registry alone and one that needs
   * trust as well: where only the latter is missing, it is the window that is wrong.
   */
  private async isDistrustedByMistake(title: string): Promise<boolean> {
    if (this.hasTrust || !this.server.trustsWorkspaces) return false;
    if (!title.startsWith('Heddle Agents: ')) return false;
    const refresh = 'Heddle Agents: Refresh Agents';
    const reserve = 'Heddle Agents: Reserve Thread…';
    if (!(await this.commandTitles(refresh)).includes(refresh)) return false;
    this.hasTrust = (await this.commandTitles(reserve)).includes(reserve);
    return !this.hasTrust;
  }

  private async reopen(): Promise<void> {
    process.stderr.write(
      'The window does not know that its folder is trusted; it is opened again.\n',
    );
    await this.page.reload();
    await this.waitForReady();
  }

  /** The titles that the command palette offers for what is typed, e.g. `Heddle`. */
  async commandTitles(filter: string): Promise<string[]> {
    await this.openPalette();
    await this.quickInput.type(`>${filter}`);
    await this.page.waitForTimeout(500);
    const labels = (await this.quickInput.rows()).map((row) => row.label);
    await this.quickInput.cancel();
    return labels.filter((label) => label !== 'No matching commands');
  }

  /** The tree of a view, by the title in its header. */
  tree(viewTitle: string): TreeView {
    return new TreeView(viewTitle, this.pane(viewTitle));
  }

  /** Shows a view container by the title of its icon; does nothing where it is shown already. */
  async openActivityBarContainer(title: string): Promise<void> {
    const item = this.activityBarItem(title);
    await item.waitFor();
    const isShown = async (): Promise<boolean> =>
      (await this.sideBarTitle()).toLowerCase().startsWith(title.toLowerCase());
    await waitUntil(`the side bar to show "${title}"`, async () => {
      if (await isShown()) return true;
      // Just after a window was loaded it may be about to be shown, and this closes it; the next opens it.
      await item.click();
      await this.page.waitForTimeout(1000);
      return (await isShown()) ? true : undefined;
    });
  }

  /** The number on a container's icon, or ''. */
  async activityBarBadge(title: string): Promise<string> {
    const badge = this.activityBarItem(title).locator('.badge-content:visible');
    return textNow(badge);
  }

  /** The titles of the sections in the side bar. */
  async viewTitles(): Promise<string[]> {
    const headers = this.page.locator('.sidebar .pane-header .title');
    return (await headers.allTextContents()).map((title) => title.trim());
  }

  /** The titles of the open editors. */
  async editorTitles(): Promise<string[]> {
    const tabs = this.page.locator('.editor .tabs-container .tab .monaco-icon-label-container');
    return await tabs.evaluateAll((elements) =>
      elements.map((each) =>
        ['.label-name', '.label-suffix']
          .map((part) => each.querySelector(part)?.textContent ?? '')
          .join(''),
      ),
    );
  }

  async closeAllEditors(): Promise<void> {
    await this.runCommand('View: Close All Editors');
  }

  /** The text of the open text editor, as far as it is in view. */
  async editorText(): Promise<string> {
    const lines = this.page.locator('.editor-instance .monaco-editor .view-lines').first();
    return (await lines.innerText()).replaceAll('\u00a0', ' ');
  }

  /** Shows the webview panel with this title and returns its document. */
  async webview(title: string): Promise<FrameLocator> {
    const tab = this.page
      .locator('.editor .tabs-container .tab')
      .filter({ hasText: title })
      .first();
    await tab.click();
    return await this.webviewIn(this.page.locator('.editor .editor-instance'));
  }

  /**
   * Shows a page by what a person does for it, and returns its document. Done again when nothing came of
   * it: a click on a row that is painted anew at that moment only selects it.
   */
  async webviewOpenedBy(title: string, open: () => Promise<void>): Promise<FrameLocator> {
    await this.opens(title, open);
    return await this.webview(title);
  }

  /** The same for any editor: waits until it has a tab. */
  async opens(title: string, open: () => Promise<void>): Promise<void> {
    const tab = this.page.locator('.editor .tabs-container .tab').filter({ hasText: title });
    await waitUntil(`an editor "${title}"`, async () => {
      await open();
      return await tab
        .first()
        .waitFor({ timeout: 10_000 })
        .then(
          () => true,
          () => undefined,
        );
    });
  }

  /** The document of a webview that is a view in the side bar or the panel. */
  async webviewView(viewTitle: string): Promise<FrameLocator> {
    return await this.webviewIn(this.pane(viewTitle));
  }

  /** Changes the theme in the list of themes. */
  async setTheme(theme: Theme): Promise<void> {
    await this.runCommand('Preferences: Color Theme');
    await this.quickInput.waitForOpen(/theme/i);
    await this.quickInput.type(themes[theme].label);
    await this.quickInput.pick(themes[theme].label);
    await this.page.locator(`.monaco-workbench.${themes[theme].className}`).waitFor();
  }

  /** Changes user settings on the disk and reloads the window, which reads them when it starts. */
  async applySettings(settings: Settings): Promise<void> {
    await this.server.writeSettings(settings);
    await this.reloadWindow();
  }

  /** Writes `test-output/screenshots/<name>.png` and returns its path. */
  async screenshot(name: string): Promise<string> {
    const path = join(testOutputDir, 'screenshots', `${name.replace(/[^\w.-]+/g, '-')}.png`);
    await mkdir(join(testOutputDir, 'screenshots'), { recursive: true });
    await this.page.screenshot({ path });
    return path;
  }

  /** Reloads as the command does: the extension host ends and a new one starts. */
  async reloadWindow(): Promise<void> {
    await this.page.evaluate(() => Object.assign(window, { isBeforeReload: true }));
    await this.runCommand('Developer: Reload Window');
    await waitUntil('the window to be reloaded', async () =>
      (await this.page.evaluate(() => 'isBeforeReload' in window)) ? undefined : true,
    );
    await this.waitForReady();
  }

  /** Trusts the open folder in the trust editor. */
  async trustWorkspace(): Promise<void> {
    await this.runCommand('Workspaces: Manage Workspace Trust');
    const editor = this.page.locator('.workspace-trust-editor');
    await editor
      .locator('.monaco-button', { hasText: /^Trust$/ })
      .first()
      .click();
    await editor.locator('.workspace-trust-header.workspace-trust-trusted').waitFor();
  }

  /** The end of the server's logs, the extension host's among them. */
  async logTail(lines = 60): Promise<string> {
    return (await this.server.logs()).split('\n').slice(-lines).join('\n');
  }

  async close(): Promise<void> {
    openWorkbenches.delete(this);
    await this.context.close();
  }

  private async openPalette(): Promise<void> {
    await waitUntil('the command palette', async () => {
      if (await this.quickInput.isOpen()) {
        if ((await this.quickInput.value()).startsWith('>')) return true;
        await this.page.keyboard.press('Escape');
      }
      await this.page.keyboard.press('F1');
      await this.page.waitForTimeout(200);
      return (await this.quickInput.isOpen()) ? true : undefined;
    });
  }

  private async paletteLabels(): Promise<string> {
    return (await this.quickInput.rows()).map((row) => row.label).join(' | ');
  }

  /** The item as a whole: a badge lies over its label. */
  private activityBarItem(title: string): Locator {
    const label = this.page.locator(`.action-label[aria-label^=${JSON.stringify(title)}]`);
    return this.page.locator('.activitybar .action-item').filter({ has: label }).first();
  }

  private async sideBarTitle(): Promise<string> {
    const title = this.page.locator('.sidebar .composite.title .title-label h2:visible');
    return textNow(title);
  }

  private pane(viewTitle: string): Locator {
    const header = this.page.locator(
      `.pane-header[aria-label=${JSON.stringify(`${viewTitle} Section`)}]`,
    );
    return this.page.locator('.pane').filter({ has: header }).first();
  }

  /** A webview is laid over its place, which names it in `aria-flowto`. */
  private async webviewIn(place: Locator): Promise<FrameLocator> {
    const name = await waitUntil(
      'a webview',
      async () =>
        (await place
          .locator('[aria-flowto]')
          .first()
          .getAttribute('aria-flowto', { timeout: 500 })) ?? undefined,
    );
    return this.page
      .frameLocator(`iframe.webview.ready[name=${JSON.stringify(name)}]`)
      .frameLocator('#active-frame');
  }
}
