import { strict as assert } from 'node:assert';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { LocksView } from '../../src/extension/locksView.ts';
import type { RootRegistry } from '../../src/extension/registrySet.ts';
import { ViolationNotices } from '../../src/extension/violationNotices.ts';
import { IncidentSet } from '../../src/extension/violations.ts';
import { eventually } from '../support/eventually.ts';
import { HostAgents, type HostAgent } from '../support/hostAgents.ts';
import { HostLocks, withFakeView, type FakeView } from '../support/hostLocks.ts';
import { withPerson } from '../support/hostPerson.ts';
import { HostRegistry, run, type Failure } from '../support/hostWorld.ts';

interface ShownChanges {
  readonly changes: readonly { readonly file: string; readonly source: string }[];
}

describe('refusals and violations', () => {
  const agents = new HostAgents();
  let registry: HostRegistry;
  let world: HostLocks;
  let incidents: IncidentSet;
  let view: FakeView;
  let tree: LocksView;
  let holder: HostAgent;
  let other: HostAgent;

  const path = (name: string): string => join(registry.root, name);
  const original = 'export const answer = 42;\n';

  beforeEach(async () => {
    registry = await HostRegistry.open();
    await registry.reset();
    registry.makeFolder();
    writeFileSync(path('src/main.ts'), original);
    world = new HostLocks();
    incidents = new IncidentSet(world.registries, world.logger);
    const made = withFakeView(() => new LocksView(world.pictures, world.logger, { incidents }));
    [tree, view] = [made.result, made.view];
    [holder, other] = [
      await agents.start(registry.root, 'holder-1'),
      await agents.start(registry.root, 'other-2'),
    ];
  });
  afterEach(async () => {
    for (const each of [tree, incidents, world]) each.dispose();
    await agents.killAll();
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    writeFileSync(path('src/main.ts'), original);
    await registry.reset();
  });

  /** The rows of the group, as an element and what is shown of it. */
  const rows = (): readonly (readonly [string, string])[] => {
    const group = tree.getChildren().find((element) => /^(?:violations|refusals):/.test(element));
    return tree.getChildren(group ?? 'nothing').map((element) => {
      const { label = '', description } = tree.getTreeItem(element);
      const shown = typeof label === 'string' ? label : label.label;
      return [element, `${shown} · ${String(description)}`];
    });
  };
  const hold = async (file = 'src/main.ts'): Promise<void> => {
    await holder.hook('SessionStart', { source: 'startup', model: 'claude-opus-4' });
    await other.hook('SessionStart', { source: 'startup', model: 'claude-sonnet-4' });
    const input = { file_path: path(file), old_string: '42', new_string: '43' };
    assert.equal(await holder.before('Edit', input, 'call-1'), '');
    // While its own edit runs, a change may be that.
    await holder.after('Edit', input, 'call-1');
    await world.untilLocked(1);
    // The window and the extension that is tested beside it warn both; each must know them by name.
    await registry.until('both are known', ({ agents }) => agents.length === 2);
    await eventually('both are known here as well', () =>
      world.registries.roots.some(({ snapshot }) => snapshot.agents.length === 2),
    );
  };
  const writePast = async (file = 'src/main.ts'): Promise<string> => {
    const input = { command: `echo "// another" > ${file}` };
    await other.before('Bash', input, 'call-2');
    writeFileSync(path(file), '// another\n');
    await other.after('Bash', input, 'call-2');
    await eventually('the violation is shown', () =>
      rows().some(([, text_]) => text_.includes('in a shell')),
    );
    return rows().find(([, each]) => each.includes('shell'))?.[0] ?? '';
  };

  /** What happens, as it would in other roots: always the same for one. */
  const inOther = (
    change: (root: RootRegistry) => PropertyDescriptorMap,
  ): Pick<IncidentSet, 'onDidChange'> => {
    const others = new Map<RootRegistry, RootRegistry>();
    const other = (root: RootRegistry): RootRegistry => {
      const made = others.get(root) ?? (Object.create(root, change(root)) as RootRegistry);
      others.set(root, made);
      return made;
    };
    return {
      onDidChange: (listener) =>
        incidents.onDidChange(({ root, news }) => listener({ root: other(root), news })),
    };
  };

  it('shows who was refused, for what, by whom, and counts what is tried again', async () => {
    await hold();
    const input = { file_path: path('src/main.ts'), old_string: '42', new_string: '44' };
    for (const id of ['call-2', 'call-3']) {
      assert.match(await other.before('Edit', input, id), /"permissionDecision":"deny"/);
    }
    await eventually('both are shown', () => rows().some(([, text]) => text.includes('2 times')));
    const [[element, text] = ['', '']] = rows();
    assert.equal(rows().length, 1);
    assert.match(
      text,
      /^main\.ts · Claude Code · sonnet-4 was refused · held by Claude Code · opus-4 · 2 times/,
    );
    const item = tree.getTreeItem(element);
    assert.equal(item.contextValue, 'heddle.refusal+doer+holder');
    assert.equal(item.command?.command, 'heddle.locks.openFile');
    const [target] = (item.command.arguments ?? []) as readonly unknown[];
    await run('heddle.locks.openFile', target);
    const opened = vscode.window.activeTextEditor?.document.uri.fsPath;
    assert.equal(opened, path('src/main.ts'));
  });

  it('shows a shell write with who did it, and what it changed as a diff', async () => {
    await hold();
    const element = await writePast();
    const item = tree.getTreeItem(element);
    assert.equal(item.contextValue, 'heddle.violation+doer+holder');
    assert.match(String(item.description), /^Claude Code · sonnet-4 changed it in a shell/);
    const tooltip = tree.resolveTreeItem(new vscode.TreeItem(''), element).tooltip;
    assert.ok(tooltip instanceof vscode.MarkdownString);
    assert.match(tooltip.value, /echo/);

    assert.equal(item.command?.command, 'heddle.violation.showChanges');
    const result = await run<ShownChanges>('heddle.violation.showChanges', element);
    assert.deepEqual(result.changes, [{ file: path('src/main.ts'), source: 'kept' }]);
    const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
    assert.ok(input instanceof vscode.TabInputTextDiff);
    const before = await vscode.workspace.openTextDocument(input.original);
    assert.equal(before.getText(), original);
    assert.equal(before.languageId, 'typescript');
    assert.equal(input.modified.fsPath, path('src/main.ts'));
  });

  it('compares with the last commit when the copy is gone, and says so', async () => {
    await hold();
    const element = await writePast();
    rmSync(path('.heddle/harness-sessions/before'), { recursive: true });
    const head = await run<ShownChanges>('heddle.violation.showChanges', element);
    assert.equal(head.changes[0]?.source, 'head');
    assert.match(
      vscode.window.tabGroups.activeTabGroup.activeTab?.label ?? '',
      /last commit .* \(no copy from before\)/,
    );
  });

  it('leads to who did it and to who holds the file, and copies what happened', async () => {
    await hold();
    const element = await writePast();
    const doer = await run<{ sessionId: string }>('heddle.violation.showDoer', element);
    const holds = await run<{ sessionId: string }>('heddle.violation.showHolder', element);
    assert.notEqual(doer.sessionId, holds.sessionId);
    assert.equal(registry.agent(doer.sessionId)?.model, 'claude-sonnet-4');
    const { text } = await run<{ text: string }>('heddle.violation.copy', element);
    assert.match(
      text,
      /^\S+ \S+ {2}A shell command of Claude Code · sonnet-4 changed src\/main\.ts/,
    );
    assert.equal(await vscode.env.clipboard.readText(), text);
  });

  it('offers what happened from the palette, violations alone where changes are shown', async () => {
    await hold();
    const input = { file_path: path('src/main.ts'), old_string: '42', new_string: '44' };
    await other.before('Edit', input, 'call-9');
    await writePast();
    const chosen = await withPerson({ picks: ([first]) => first }, () =>
      run<ShownChanges>('heddle.violation.showChanges'),
    );
    const [offered = []] = chosen.shown.picks;
    assert.ok(offered.every(({ description }) => (description ?? '').includes('in a shell')));
    assert.equal(chosen.result.changes.length, 1);
    const all = await withPerson({}, () => run('heddle.violation.copy'));
    assert.equal(all.result, undefined);
    const refused = all.shown.picks[0]?.filter(({ description }) =>
      (description ?? '').includes('was refused'),
    );
    assert.ok(refused !== undefined && refused.length > 0);
    assert.ok((all.shown.picks[0]?.length ?? 0) > offered.length);
  });

  it('fails with a reason for what is forgotten', async () => {
    const { result, shown } = await withPerson({}, () =>
      run<Failure>('heddle.violation.showChanges', `incident:1-0@${registry.root}`),
    );
    assert.equal(result.error.code, 'not-found');
    assert.equal(shown.notifications[0]?.text, 'This is not known any more.');
  });

  it('knows the past of a window that was not there', async () => {
    await hold();
    await writePast();
    const later = new IncidentSet(world.registries, world.logger);
    try {
      const found = await later.all(registry.root);
      assert.deepEqual(
        found.map(({ kind }) => kind),
        ['violation'],
      );
    } finally {
      later.dispose();
    }
  });

  it('warns once for what comes together, with a way to the diff', async () => {
    const { shown } = await withPerson({}, async (told) => {
      // The extension itself tells as well, maybe together with what was before; it knows no such model.
      const renamed = inOther((root) => ({ snapshot: { get: () => withOtherModels(root) } }));
      const notices = new ViolationNotices(renamed, { isOwn: () => false, bundleMs: 1500 });
      await hold();
      const second = { file_path: path('README.md'), old_string: 'A', new_string: 'B' };
      await holder.before('Edit', second, 'call-5');
      await holder.after('Edit', second, 'call-5');
      await world.untilLocked(2);
      const readme = readFileSync(path('README.md'), 'utf8');
      const input = { command: 'sed -i s/a/b/ README.md src/main.ts' };
      await other.before('Bash', input, 'call-6');
      writeFileSync(path('README.md'), 'changed\n');
      writeFileSync(path('src/main.ts'), 'changed\n');
      await other.after('Bash', input, 'call-6');
      await eventually('it is told', () => told.notifications.some(isToldHere));
      writeFileSync(path('README.md'), readme);
      notices.dispose();
    });
    const [own, ...others] = shown.notifications.filter(isToldHere);
    assert.deepEqual(others, []);
    assert.match(
      own?.text ?? '',
      /^A shell command of Claude Code · sonnet-told-here changed .+, which Claude Code · opus-told-here holds\. 1 more file was changed past the locks\.$/,
    );
    assert.deepEqual(own?.buttons, ['Show Changes', 'Show Who Did It']);
  });

  it('leaves alone a window that shows neither the checkout of who did it nor that of the holder', async () => {
    writeFileSync(path('src/far.ts'), original);
    const notices = (change: PropertyDescriptorMap, bundleMs: number) =>
      new ViolationNotices(
        inOther(() => change),
        { isOwn: () => false, bundleMs },
      );
    const { shown } = await withPerson({}, async (told) => {
      const far = notices({ folders: { value: [folderAt('/elsewhere')] } }, 1);
      // One that knows nobody by name or checkout is told, which is later than the other would be.
      const near = notices({ snapshot: { value: { agents: [] } } }, 300);
      await hold('src/far.ts');
      await writePast('src/far.ts');
      await eventually('it is told', () => told.notifications.some(isNameless));
      far.dispose();
      near.dispose();
    });
    const ofFile = shown.notifications.filter(({ text }) => text.includes('src/far.ts'));
    assert.deepEqual(ofFile, ofFile.filter(isNameless));
    rmSync(path('src/far.ts'));
  });

  it('is painted only while somebody looks', async () => {
    view.show(false);
    await hold();
    const fired: unknown[] = [];
    tree.onDidChangeTreeData((change) => fired.push(change));
    const input = { file_path: path('src/main.ts'), old_string: '42', new_string: '44' };
    await other.before('Edit', input, 'call-2');
    await eventually('it is known', () => incidents.recent(registry.root, Date.now()).length > 0);
    assert.deepEqual(fired, []);
    view.show(true);
    await eventually('it is painted', () => fired.length > 0 && rows().length === 1);
  });
});

function withOtherModels({ snapshot }: RootRegistry): RootRegistry['snapshot'] {
  const agents = snapshot.agents.map((agent) => {
    const { entry } = agent;
    const model = entry.model?.replace('-4', '-told-here');
    return { ...agent, entry: { ...entry, ...(model !== undefined && { model }) } };
  });
  return { ...snapshot, agents };
}

/** Names somebody by a model that only notices of a test know. */
function isToldHere({ text }: { readonly text: string }): boolean {
  return text.includes('told-here');
}

/** Names those who took part as the log does. */
function isNameless({ text }: { readonly text: string }): boolean {
  return text.includes('src/far.ts') && text.includes('claude-code · claude-sonnet-4');
}

function folderAt(path: string): vscode.WorkspaceFolder {
  return { uri: vscode.Uri.file(path), name: 'elsewhere', index: 0 };
}
