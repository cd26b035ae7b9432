import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { eventually } from '../support/eventually.ts';
import { HostHolds, type, withoutAutoSave } from '../support/hostHolds.ts';
import { withPerson, type Shown } from '../support/hostPerson.ts';

describe('saving over a file that somebody else holds', () => {
  let holds: HostHolds;
  let restore: () => Promise<void>;
  let original: string;

  before(async () => {
    restore = await withoutAutoSave();
    holds = await HostHolds.open();
    original = onDisk();
  });
  afterEach(async () => {
    await holds.clear();
    holds.write('src/main.ts', original);
  });
  after(() => restore());

  /** Opens the file and waits until the editor has what is on disk. */
  const show = async (): Promise<vscode.TextDocument> => {
    const { document } = await holds.show('src/main.ts');
    await eventually('the editor has what is on disk', () => document.getText() === onDisk());
    return document;
  };
  const onDisk = (): string => readFileSync(holds.file('src/main.ts').fsPath, 'utf8');
  const offers = ({ notifications }: Shown): readonly string[] =>
    notifications.map(({ text }) => text).filter((text) => text.includes('was kept'));

  it('keeps the version before and offers it, once for several saves', async () => {
    await holds.lockAs('codex', 'src/main.ts');
    const seen: string[] = [];
    const { shown } = await withPerson({}, async (told) => {
      const document = await show();
      for (const text of ['a', 'b', 'c']) {
        await type(text);
        assert.ok(await document.save());
        seen.push(onDisk());
      }
      await eventually('it is offered', () => offers(told).length > 0);
    });
    assert.equal(offers(shown).length, 1);
    assert.match(offers(shown)[0] ?? '', /src\/main\.ts while codex holds it/);
    assert.equal(new Set(seen).size, 3);
  });

  it('compares the kept version with what was saved, and restores it', async () => {
    await holds.lockAs('codex', 'src/main.ts');
    await withPerson({ presses: 'Compare' }, async () => {
      const document = await show();
      await type('// mine');
      assert.ok(await document.save());
      await eventually('the comparison is shown', () => {
        const input: unknown = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
        return input instanceof vscode.TabInputTextDiff && input.original.scheme === 'heddle-kept';
      });
      const tab = vscode.window.tabGroups.activeTabGroup.activeTab;
      const input = tab?.input as vscode.TabInputTextDiff;
      const kept = await vscode.workspace.openTextDocument(input.original);
      assert.equal(kept.getText(), original);
    });
    assert.match(onDisk(), /mine/);
  });

  it('restores at the press of a button', async () => {
    holds.write('src/main.ts', '// of the holder\n');
    await holds.lockAs('ben', 'src');
    const saved: string[] = [];
    const listening = vscode.workspace.onDidSaveTextDocument((document) => {
      saved.push(document.getText());
    });
    await withPerson({ presses: 'Restore' }, async () => {
      const document = await show();
      await type('// mine\n');
      assert.ok(await document.save());
      await eventually('it is restored', () => saved.length === 2);
    });
    listening.dispose();
    assert.match(saved[0] ?? '', /mine/);
    assert.equal(onDisk(), '// of the holder\n');
  });

  it('says nothing when the file is free', async () => {
    const { shown } = await withPerson({}, async () => {
      const document = await show();
      await type('x');
      assert.ok(await document.save());
    });
    assert.deepEqual(shown.notifications, []);
  });

  it('tells an unsaved editor once what the holder writes', async () => {
    await holds.lockAs('codex', 'src/main.ts');
    const { shown } = await withPerson({}, async (told) => {
      await holds.show('src/main.ts');
      await type('x');
      holds.write('src/main.ts', `${original}// by the holder\n`);
      await eventually('it is told', () => changes(told).length > 0);
    });
    assert.equal(changes(shown).length, 1);
    assert.match(changes(shown)[0] ?? '', /changed on disk while codex held it/);
  });

  const changes = ({ notifications }: Shown): readonly string[] =>
    notifications.map(({ text }) => text).filter((text) => text.includes('changed on disk'));
});
