import { waitUntil } from '../../support/vscode/waitUntil.ts';
import type { TreeView } from '../../support/vscode/treeView.ts';
import type { Workbench } from '../../support/vscode/workbench.ts';

/** What the extension calls its container, its view and its item in the status bar. */
export const containerTitle = 'Heddle Agents';
export const viewTitle = 'Agents';
export const locksViewTitle = 'File Locks';
export const statusItem = 'heddle.agents';

/** Shows the view Agents in a side bar that is wide enough for its rows. */
export async function showAgents(
  workbench: Workbench,
  { sideBarWidth }: { readonly sideBarWidth?: number } = {},
): Promise<TreeView> {
  await workbench.openActivityBarContainer(containerTitle);
  if (sideBarWidth !== undefined) await widenSideBar(workbench, sideBarWidth);
  return workbench.tree(viewTitle);
}

/** Drags the border of the side bar. */
async function widenSideBar({ page }: Workbench, width: number): Promise<void> {
  const sideBar = page.locator('.part.sidebar');
  const box = await sideBar.boundingBox();
  if (box === null) throw new Error('there is no side bar');
  const y = box.y + box.height * 0.8;
  await page.mouse.move(box.x + box.width, y);
  await page.mouse.down();
  await page.mouse.move(box.x + width, y, { steps: 5 });
  await page.mouse.up();
  await waitUntil('a wider side bar', async () =>
    Math.abs(((await sideBar.boundingBox())?.width ?? 0) - width) < 20 ? true : undefined,
  );
}

/** Waits until menus and tooltips have faded in and the mouse is out of the way. */
export async function settle({ page }: Workbench): Promise<void> {
  await page.mouse.move(640, 2);
  await page.waitForTimeout(700);
}
