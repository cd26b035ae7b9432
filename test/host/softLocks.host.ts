import { strict as assert } from 'node:assert';
import * as vscode from 'vscode';
import { eventually, settle } from '../support/eventually.ts';
import { HostHolds, OtherWindow, type, withoutAutoSave } from '../support/hostHolds.ts';
import { withPerson } from '../support/hostPerson.ts';
import { run } from '../support/hostWorld.ts';

describe('unsaved changes', () => {
  let holds: HostHolds;
  let restore: () => Promise<void>;

  before(async () => {
    restore = await withoutAutoSave();
    holds = await HostHolds.open();
  });
  afterEach(() => holds.clear());
  after(() => restore());

  const untilSoft = (): Promise<unknown> =>
    holds.until('the file is held softly', ({ isSoft, holder }) => isSoft && holder.isMine);
  const untilFree = (): Promise<void> => holds.untilNone('nothing is held', () => true);

  it('that are typed keep others away, with a name', async () => {
    const editor = await holds.show('src/main.ts');
    await type('x');
    await untilSoft();
    assert.ok(editor.document.isDirty);
    assert.deepEqual(
      holds.mine.map(({ path, isSoft, reason }) => [path, isSoft, reason]),
      [['src/main.ts', true, 'Unsaved changes.']],
    );
    const refusal = await holds.tryAs('codex', 'src/main.ts');
    assert.equal(refusal.outcome, 'held');
    assert.match(JSON.stringify(refusal.holders), /"soft":true/);
    const { json } = await holds.registry.cli('activity');
    assert.doesNotMatch(JSON.stringify(json), /lock-granted/);
  });

  it('hold nothing a moment after they are saved', async () => {
    const editor = await holds.show('src/main.ts');
    const before = editor.document.getText();
    await type(' ');
    await untilSoft();
    await editor.document.save();
    await untilFree();
    holds.write('src/main.ts', before);
  });

  it('hold nothing a moment after they are undone, or thrown away', async () => {
    await holds.show('src/main.ts');
    await type('x');
    await untilSoft();
    await vscode.commands.executeCommand('undo');
    await untilFree();
    await type('y');
    await untilSoft();
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await untilFree();
  });

  it('that a tool made take no lock', async () => {
    const editor = await holds.show('src/main.ts');
    const edit = new vscode.WorkspaceEdit();
    edit.insert(editor.document.uri, new vscode.Position(0, 0), '// by a tool\n');
    assert.ok(await vscode.workspace.applyEdit(edit));
    await editor.edit((builder) => builder.insert(new vscode.Position(0, 0), '// again\n'));
    assert.ok(editor.document.isDirty);
    // A key in another file comes through, so what was to be taken for this one would be by now.
    await holds.show('README.md');
    await type('x');
    await untilSoft();
    assert.deepEqual(
      holds.mine.map(({ path }) => path),
      ['README.md'],
    );
  });

  it('that come from the disk take no lock', async () => {
    const editor = await holds.show('src/main.ts');
    const before = editor.document.getText();
    holds.write('src/main.ts', `${before}// from git\n`);
    await eventually('the editor shows it', () => editor.document.getText().includes('from git'));
    await settle();
    assert.deepEqual(holds.known, []);
    holds.write('src/main.ts', before);
    await eventually('the editor shows it', () => !editor.document.getText().includes('from git'));
  });

  it('leave a lock by hand alone', async () => {
    await holds.show('src/main.ts');
    await type('x');
    await untilSoft();
    await run('heddle.file.lock', holds.file('src/main.ts'));
    await vscode.commands.executeCommand('undo');
    await type('y');
    await vscode.commands.executeCommand('undo');
    await holds.show('README.md');
    await type('x');
    await holds.until('the other file is held', ({ path }) => path === 'README.md');
    await vscode.commands.executeCommand('undo');
    await holds.untilNone('it is not', ({ path }) => path === 'README.md');
    assert.deepEqual(
      holds.mine.map(({ path, isSoft }) => [path, isSoft]),
      [['src/main.ts', false]],
    );
  });

  it('in a held file are warned of once, and take nothing', async () => {
    await holds.lockAs('codex', 'src/main.ts');
    const { shown } = await withPerson({}, async () => {
      await holds.show('src/main.ts');
      await type('x');
      await type('y');
      await holds.show('README.md');
      await type('x');
      await untilSoft();
    });
    assert.deepEqual(
      holds.mine.map(({ path }) => path),
      ['README.md'],
    );
    assert.equal(shown.notifications.length, 1);
    assert.match(shown.notifications[0]?.text ?? '', /codex holds src\/main\.ts/);
  });

  it('that somebody breaks are told of, and not taken again for the same changes', async () => {
    await holds.show('src/main.ts');
    await type('x');
    await untilSoft();
    const { shown } = await withPerson({}, async () => {
      await holds.registry.cli('break', 'src/main.ts', '--reason', 'needed now');
      await untilFree();
      await type('y');
      await settle();
    });
    assert.deepEqual(holds.known, []);
    assert.equal(shown.notifications.length, 1);
    assert.match(shown.notifications[0]?.text ?? '', /was broken/);
  });

  it('of another window are broken without a reason', async () => {
    const other = new OtherWindow(holds.registry.root);
    await other.lockSoftly('src/main.ts');
    await holds.until('it is held', ({ isSoft, holder }) => isSoft && !holder.isMine);
    const { result, shown } = await withPerson({ confirms: true }, () =>
      run<{ broken: { name: string }[] }>('heddle.file.breakLock', holds.file('src/main.ts')),
    );
    assert.equal(result.broken[0]?.name, 'ben');
    assert.deepEqual(shown.inputs, []);
    assert.match(shown.questions[0]?.detail ?? '', /ben has unsaved changes in src\/main\.ts/);
    assert.deepEqual(holds.known, []);
  });

  it('take no lock where the person does not want that', async () => {
    const { Global } = vscode.ConfigurationTarget;
    const configuration = (): vscode.WorkspaceConfiguration =>
      vscode.workspace.getConfiguration('heddle');
    await holds.show('src/main.ts');
    await type('x');
    await untilSoft();
    await configuration().update('locks.softLocks', false, Global);
    await untilFree();
    await type('y');
    await settle();
    assert.deepEqual(holds.known, []);
    await configuration().update('locks.softLocks', undefined, Global);
  });
});
