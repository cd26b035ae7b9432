import { strict as assert } from 'node:assert';
import * as vscode from 'vscode';
import { eventually } from '../support/eventually.ts';
import { HostHolds, type, withoutAutoSave } from '../support/hostHolds.ts';
import { withPerson } from '../support/hostPerson.ts';

describe('the editor of a file that somebody else holds', () => {
  let holds: HostHolds;
  let restore: () => Promise<void>;

  before(async () => {
    restore = await withoutAutoSave();
    holds = await HostHolds.open();
  });
  afterEach(async () => {
    for (const key of ['locks.banner', 'locks.readOnlyWhileHeld']) await set(key, undefined);
    await holds.clear();
  });
  after(() => restore());

  const set = (key: string, value: unknown): Thenable<void> =>
    vscode.workspace
      .getConfiguration('heddle')
      .update(key, value, vscode.ConfigurationTarget.Global);

  const lenses = async (path: string): Promise<readonly string[]> => {
    await vscode.workspace.openTextDocument(holds.file(path));
    const found = await vscode.commands.executeCommand<vscode.CodeLens[] | undefined>(
      'vscode.executeCodeLensProvider',
      holds.file(path),
      20,
    );
    return (found ?? []).map(({ command }) => command?.title ?? '');
  };
  const untilBanner = (path: string, isThere: boolean): Promise<void> =>
    eventually(`there is ${isThere ? 'a' : 'no'} banner`, async () => {
      return (await lenses(path)).some((title) => title.includes('Held by')) === isThere;
    });

  it('has a line above it with who, for how much longer, and what can be done', async () => {
    await holds.show('src/main.ts');
    await holds.lockAs('codex', 'src/main.ts');
    await untilBanner('src/main.ts', true);
    assert.deepEqual(await lenses('src/main.ts'), [
      '$(lock)\u00a0Held by codex · 10 min left',
      'Tell Me When Free',
      'Break…',
      'Show Holder',
      'Compare with Disk',
    ]);
    assert.deepEqual(await lenses('README.md'), []);
    await holds.unlockAs('codex');
    await untilBanner('src/main.ts', false);
  });

  it('has it also when its folder or a pattern is held', async () => {
    await holds.lockAs('codex', 'src');
    await untilBanner('src/main.ts', true);
    await holds.unlockAs('codex');
    await holds.lockAs('codex', 'src/*.ts');
    await untilBanner('src/main.ts', true);
  });

  it('has no banner where the person does not want one', async () => {
    await holds.lockAs('codex', 'src/main.ts');
    await untilBanner('src/main.ts', true);
    await set('locks.banner', false);
    await untilBanner('src/main.ts', false);
  });

  it('warns at the first keystroke, once for each lock', async () => {
    await holds.lockAs('codex', 'src/main.ts', '--reason', 'split it');
    const { shown } = await withPerson({}, async (told) => {
      await holds.show('src/main.ts');
      await type('a');
      await type('b');
      await eventually('it is told', () => told.notifications.length === 1);
      await holds.unlockAs('codex');
      await holds.lockAs('codex', 'src/main.ts');
      await type('c');
      await type('d');
      await eventually('it is told again', () => told.notifications.length === 2);
    });
    assert.equal(shown.notifications.length, 2);
    assert.match(shown.notifications[0]?.text ?? '', /codex holds src\/main\.ts .*split it/);
    assert.deepEqual(shown.notifications[0]?.buttons, [
      'Tell Me When Free',
      'Show Holder',
      'Break Lock…',
    ]);
  });

  it('is read-only while held where the person wants that, and writable afterwards', async () => {
    await set('locks.readOnlyWhileHeld', true);
    const { document } = await holds.show('src/main.ts');
    const before = document.getText();
    await holds.lockAs('codex', 'src/main.ts');
    await eventually('typing changes nothing', async () => {
      await type('x');
      if (!document.isDirty) return true;
      await vscode.commands.executeCommand('undo');
      return false;
    });
    assert.equal(document.getText(), before);
    await holds.unlockAs('codex');
    await eventually('typing changes it', async () => {
      await type('x');
      return document.isDirty;
    });
  });

  it('can be compared with the version on disk', async () => {
    await holds.show('src/main.ts');
    await type('x');
    await vscode.commands.executeCommand('heddle.file.compareWithDisk');
    await eventually('a comparison is shown', () => {
      const input: unknown = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
      return input instanceof vscode.TabInputTextDiff;
    });
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
  });
});
