import { strict as assert } from 'node:assert';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startUiSession } from '../support/vscode/uiSession.ts';
import type { UiSession } from '../support/vscode/uiSession.ts';
import { waitUntil } from '../support/vscode/waitUntil.ts';

describe('the packaged extension', () => {
  let folder: string;
  let session: UiSession | undefined;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'heddle-ui-'));
    await writeFile(join(folder, 'README.md'), '# A folder\n');
    session = await startUiSession({ target: folder });
  });

  after(async () => {
    await session?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('offers its commands in the palette and shows no error', async () => {
    assert.ok(session);
    const { workbench } = session;

    await workbench.explorer.waitForRow('README.md');
    await waitUntil('a command of Heddle in the palette', async () => {
      const titles = await workbench.commandTitles('Heddle');
      return titles.find((title) => title.startsWith('Heddle'));
    });
    await workbench.screenshot('smoke');

    const notifications = await workbench.notifications.all();
    assert.deepEqual(
      notifications.filter((each) => each.severity === 'error'),
      [],
    );
  });
});
