import { strict as assert } from 'node:assert';
import * as vscode from 'vscode';
import { AgentsView } from '../../src/extension/agentsView.ts';
import { entryText } from '../support/entryBuilder.ts';
import { eventually } from '../support/eventually.ts';
import {
  brokenOf,
  FakeRegistrySet,
  fakeRoot,
  noLocks,
  seen,
  snapshotOf,
} from '../support/hostRegistrySet.ts';
import { HostRegistry } from '../support/hostWorld.ts';

describe('the view Agents', () => {
  describe('in the side bar', () => {
    let registry: HostRegistry;
    before(async () => {
      registry = await HostRegistry.open();
      await registry.reset();
      registry.makeFolder();
    });
    after(async () => {
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
      await registry.reset();
    });

    /** Selects a row as a person does, by the keyboard, and waits for the page that it opens. */
    const openRow = (index: number, title: string): Promise<void> =>
      eventually(`row ${index} opens ${title}`, async () => {
        await vscode.commands.executeCommand('heddle.agents.focus');
        await vscode.commands.executeCommand('list.focusFirst');
        for (let i = 0; i < index; i += 1) await vscode.commands.executeCommand('list.focusDown');
        await vscode.commands.executeCommand('list.select');
        return vscode.window.tabGroups.activeTabGroup.activeTab?.label === title;
      });

    it('has a row for each agent, children below who spawned them', async () => {
      const add = (id: string, thread: string, keys: string): void =>
        registry.write(id, entryText(id, { thread, more: `harness = "codex"\n${keys}` }));
      add('agent-a', 'leaf', 'native_parent_actor_key = "k:middle"');
      add('agent-b', 'middle', 'native_actor_key = "k:middle"\nnative_parent_actor_key = "k:top"');
      add('agent-c', 'top', 'native_actor_key = "k:top"');
      await registry.until('all are there', ({ agents }) => agents.length === 3);
      await openRow(0, 'Codex · top');
      await openRow(1, 'Codex · middle');
      await openRow(2, 'Codex · leaf');
    });
  });

  describe('as the host is given it', () => {
    const set = new FakeRegistrySet();
    let view: AgentsView;
    let badge: vscode.ViewBadge | undefined;

    before(() => {
      // The real view of this name belongs to the extension.
      const real = vscode.window.createTreeView;
      const fake = {
        set badge(value: vscode.ViewBadge | undefined) {
          badge = value;
        },
        get badge() {
          return badge;
        },
        dispose: () => undefined,
      };
      Object.assign(vscode.window, { createTreeView: () => fake });
      view = new AgentsView(set.asRegistrySet(), noLocks);
      Object.assign(vscode.window, { createTreeView: real });
    });
    after(() => view.dispose());

    const badgeValue = (): number | undefined => badge?.value;
    const rows = (parent?: string): readonly string[] =>
      view.getChildren(parent).flatMap((row) => [row, ...rows(row)]);
    const tooltip = (element: string): vscode.MarkdownString => {
      const item = view.resolveTreeItem(view.getTreeItem(element), element);
      if (item.tooltip instanceof vscode.MarkdownString) return item.tooltip;
      throw new Error(`${element} has no tooltip`);
    };

    it('gives each row an identity, a state and an accessible name', () => {
      set.show(
        snapshotOf([seen('agent-a', { thread: 'feature/x', harness: 'codex', model: 'm' })]),
      );
      const [element = ''] = rows();
      const item = view.getTreeItem(element);
      assert.equal(element, `agent:agent-a@${fakeRoot}`);
      assert.equal(item.id, element);
      assert.equal(item.label, 'Codex · m');
      assert.match(String(item.description), /^alive .* · feature\/x$/);
      assert.match(item.accessibilityInformation?.label ?? '', /Codex · m, alive .*feature\/x/);
      assert.equal((item.iconPath as vscode.ThemeIcon).id, 'hubot');
      assert.equal(item.contextValue, 'heddle.agent+active+alive+reservation');
      assert.deepEqual(item.command?.arguments, [element]);
    });

    it('knows the parent of each row, so that any row can be revealed', () => {
      set.show(
        snapshotOf(
          [
            seen('agent-a', { nativeActorKey: 'k' }),
            seen('agent-b', { nativeParentActorKey: 'k' }),
            seen('agent-c', { status: 'complete' }, { liveness: 'dead', reason: 'finished' }),
          ],
          { broken: [brokenOf('agent-d', 'Broken.')] },
        ),
      );
      const all = rows();
      assert.equal(all.length, 6);
      for (const row of all) {
        assert.ok(view.getChildren(view.getParent(row)).includes(row), row);
      }
    });

    it('repaints the rows that changed, all when rows come or go, nothing else', () => {
      const agents = [seen('agent-a', {}), seen('agent-b', {})];
      set.show(snapshotOf(agents));
      const fired: (string[] | undefined)[] = [];
      const subscription = view.onDidChangeTreeData((change) => fired.push(change));
      set.show(snapshotOf(agents));
      assert.deepEqual(fired, []);
      const dead = seen('agent-b', {}, { liveness: 'dead', reason: 'gone' });
      set.show(snapshotOf([...agents.slice(0, 1), dead]));
      assert.deepEqual(fired, [[`agent:agent-b@${fakeRoot}`]]);
      set.show(snapshotOf(agents.slice(0, 1)));
      assert.deepEqual(fired.slice(1), [undefined]);
      subscription.dispose();
    });

    it('has a badge for dead reservations only', () => {
      const gone = { liveness: 'dead', reason: 'gone' } as const;
      set.show(snapshotOf([seen('agent-a', {}, gone)]));
      assert.equal(badgeValue(), undefined);
      set.show(snapshotOf([seen('agent-a', { thread: 'x' }, gone)]));
      assert.equal(badgeValue(), 1);
      set.show(snapshotOf([]));
      assert.equal(badgeValue(), undefined);
    });

    it('makes nothing of hostile text: no link, command, icon, HTML or control character', () => {
      const nasty =
        '[a](command:evil) <img src=x> $(trash) https://evil.example **b** `c`\u001b[31m\u202e';
      const fields = {
        ...{ thread: nasty, harness: nasty, model: nasty, provider: nasty, path: nasty },
        ...{ attachReason: nasty, baseState: nasty, thinkingLevel: nasty },
      };
      set.show(snapshotOf([seen('agent-a', fields)], { broken: [brokenOf('agent-b', nasty)] }));
      for (const element of rows()) {
        const item = view.getTreeItem(element);
        const shown = [item.label, item.description, item.accessibilityInformation?.label];
        for (const text of shown) {
          assert.ok(typeof text === 'string');
          assert.doesNotMatch(text, /[\u0000-\u001f\u007f-\u009f\u202e]/);
        }
        const { value, isTrusted, supportHtml, supportThemeIcons } = tooltip(element);
        assert.equal(isTrusted, false);
        assert.notEqual(supportHtml, true);
        assert.notEqual(supportThemeIcons, true);
        assert.doesNotMatch(value, /(?<!\\)\]\(|(?<!\\)`|:\/\//);
      }
    });

    it('has a row that shows nothing for an element that is gone', async () => {
      set.show(snapshotOf([]));
      const element = `agent:agent-gone@${fakeRoot}`;
      assert.equal(view.getTreeItem(element).label, '');
      assert.deepEqual(view.getChildren(element), []);
      assert.equal(view.getParent(element), undefined);
      await view.reveal(element);
    });
  });
});
