import { strict as assert } from 'node:assert';
import { existsSync, readFileSync, rmSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { entryText } from '../support/entryBuilder.ts';
import { eventually } from '../support/eventually.ts';
import { withPerson } from '../support/hostPerson.ts';
import { fingerprint, HostRegistry, run, type Failure } from '../support/hostWorld.ts';

describe('commands that show something', () => {
  let registry: HostRegistry;
  const add = async (id: string, fields: Parameters<typeof entryText>[1] = {}): Promise<string> => {
    registry.write(id, entryText(id, fields));
    await registry.untilAgent(id);
    return registry.element(id);
  };

  before(async () => {
    registry = await HostRegistry.open();
  });
  beforeEach(async () => {
    await registry.reset();
    registry.makeFolder();
  });
  afterEach(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));

  describe('Show Details', () => {
    const titles = (): readonly string[] => detailsTabs().map(({ label }) => label);

    it('opens a page with who it is and on which thread as its title', async () => {
      const more = 'harness = "codex"\nmodel = "gpt-5"';
      const element = await add('agent-a', { thread: 'feature/x', more });
      assert.deepEqual(await run('heddle.agent.showDetails', element), { sessionId: 'agent-a' });
      await eventually('the title is known', () => titles()[0] === 'Codex · gpt-5 · feature/x');
      assert.equal(detailsTabs().length, 1);
    });

    it('brings the same page to the front when it is asked for again', async () => {
      const [one, two] = [await add('agent-a', { thread: 'a' }), await add('agent-b')];
      await run('heddle.agent.showDetails', one);
      await run('heddle.agent.showDetails', two);
      await eventually('both are open', () => detailsTabs().length === 2);
      await run('heddle.agent.showDetails', one);
      await eventually('the first is in front', () =>
        detailsTabs().some(({ isActive, label }) => isActive && label.includes(' · a')),
      );
      assert.equal(detailsTabs().length, 2);
    });

    it('keeps its title up to date', async () => {
      await run('heddle.agent.showDetails', await add('agent-a', { thread: 'before' }));
      await eventually('the page is open', () => titles()[0]?.endsWith('· before') ?? false);
      registry.write('agent-a', entryText('agent-a', { thread: 'after' }));
      await eventually('the title has changed', () => titles()[0]?.endsWith('· after') ?? false);
    });

    it('stays open when the entry is removed, and can be closed', async () => {
      await run('heddle.agent.showDetails', await add('agent-a', { thread: 'x' }));
      await eventually('the page is open', () => titles()[0]?.endsWith('· x') ?? false);
      unlinkSync(registry.entryPath('agent-a'));
      await registry.untilGone('agent-a');
      assert.equal(detailsTabs().length, 1);
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
      await eventually('it is closed', () => detailsTabs().length === 0);
    });

    it('shows a hostile thread as plain text in its title', async () => {
      const element = await add('agent-a', { thread: '\u001b[31m$(trash)\u202e\nx' });
      await run('heddle.agent.showDetails', element);
      await eventually('the title is known', () => titles()[0]?.includes('x') ?? false);
      assert.doesNotMatch(titles()[0] ?? '', /[\u0000-\u001f\u007f-\u009f\u202e]/);
    });
  });

  describe('Open Entry File', () => {
    it('opens the file of the entry', async () => {
      const element = await add('agent-file');
      const path = registry.entryPath('agent-file');
      assert.deepEqual(await run('heddle.agent.openEntryFile', element), { file: path });
      const editor = vscode.window.activeTextEditor;
      assert.equal(editor?.document.uri.fsPath, path);
      assert.equal(editor.document.getText(), registry.read('agent-file'));
    });

    it('says so when the file has just gone', async () => {
      const element = await add('agent-a');
      unlinkSync(registry.entryPath('agent-a'));
      const { result, shown } = await withPerson({}, () =>
        run<Failure>('heddle.agent.openEntryFile', element),
      );
      assert.equal(result.error.code, 'not-found');
      assert.equal(shown.notifications.length, 1);
    });
  });

  describe('Copy', () => {
    it('puts session ids on the clipboard, one a line', async () => {
      const [one, two] = [await add('agent-a'), await add('agent-b')];
      await run('heddle.agent.copySessionId', one);
      assert.equal(await vscode.env.clipboard.readText(), 'agent-a');
      await run('heddle.agent.copySessionId', one, [one, two]);
      assert.equal(await vscode.env.clipboard.readText(), 'agent-a\nagent-b');
    });

    it('puts a thread on the clipboard', async () => {
      await run('heddle.agent.copyThread', await add('agent-a', { thread: 'feature/x' }));
      assert.equal(await vscode.env.clipboard.readText(), 'feature/x');
    });

    it('puts nothing on it that a terminal would run or obey', async () => {
      const thread = 'feature/x\nrm -rf ~\r\n\u001b[2J';
      await run('heddle.agent.copyThread', await add('agent-a', { thread }));
      const text = await vscode.env.clipboard.readText();
      assert.doesNotMatch(text, /[\u0000-\u001f\u007f-\u009f]/);
    });
  });

  describe('Open Worktree', () => {
    const commands = [
      'heddle.agent.openWorktree',
      'heddle.agent.openWorktreeInNewWindow',
      'heddle.agent.openWorktreeInTerminal',
    ] as const;
    const paths = {
      'a relative path': 'src',
      'a folder that is missing': '/no/such/folder',
      'a file': process.execPath,
      'a network path': '//server/share',
      'a network path of Windows': '\\\\server\\share',
      'a path with a zero byte': '/tmp\u0000/x',
    };
    for (const [what, path] of Object.entries(paths)) {
      it(`refuses ${what}`, async () => {
        const element = await add('agent-a', { more: `path = ${JSON.stringify(path)}` });
        const terminals = vscode.window.terminals.length;
        for (const command of commands) {
          const { result, shown } = await withPerson({}, () => run<Failure>(command, element));
          assert.equal(result.error.code, 'not-found');
          assert.equal(shown.notifications.length, 1);
        }
        assert.equal(vscode.window.terminals.length, terminals);
      });
    }

    it('does not reload the window for the folder that it shows', async () => {
      const element = await add('agent-a', { more: `path = ${JSON.stringify(registry.root)}` });
      const { result } = await withPerson({}, () => run('heddle.agent.openWorktree', element));
      assert.deepEqual(result, { folder: registry.root });
    });

    it('opens a terminal there', async () => {
      const folder = join(registry.root, 'src');
      const element = await add('agent-a', { more: `path = ${JSON.stringify(folder)}` });
      const before = new Set(vscode.window.terminals);
      assert.deepEqual(await run('heddle.agent.openWorktreeInTerminal', element), { folder });
      const [opened] = vscode.window.terminals.filter((terminal) => !before.has(terminal));
      const options = opened?.creationOptions as vscode.TerminalOptions | undefined;
      assert.equal((options?.cwd as vscode.Uri | undefined)?.fsPath, folder);
      assert.equal(options?.shellPath, undefined);
      opened?.dispose();
    });

    it('says that an entry without a folder has none', async () => {
      const element = await add('agent-a');
      const { result, shown } = await withPerson({}, () =>
        run('heddle.agent.openWorktree', element),
      );
      assert.equal(result, undefined);
      assert.equal(shown.notifications.length, 1);
    });
  });

  describe('the groupings', () => {
    const commands = {
      thread: 'heddle.agents.groupByThread',
      harness: 'heddle.agents.groupByHarness',
      flat: 'heddle.agents.groupFlat',
      chain: 'heddle.agents.groupByChain',
    } as const;
    const { Global, Workspace } = vscode.ConfigurationTarget;
    const file = (): string => join(registry.root, '.vscode/settings.json');
    const write = (value: string | undefined, target: vscode.ConfigurationTarget): Thenable<void> =>
      vscode.workspace.getConfiguration('heddle').update('agents.grouping', value, target);
    const values = (): readonly unknown[] => {
      const written = vscode.workspace.getConfiguration('heddle').inspect('agents.grouping');
      return [written?.globalValue, written?.workspaceValue];
    };
    afterEach(async () => {
      if (existsSync(file())) await write(undefined, Workspace);
      await write(undefined, Global);
      rmSync(join(registry.root, '.vscode'), { recursive: true, force: true });
    });

    it('are written to the settings of the person, and make no file in the repository', async () => {
      for (const [grouping, command] of Object.entries(commands)) {
        assert.deepEqual(await run(command), { grouping });
        assert.deepEqual(values(), [grouping, undefined]);
      }
      assert.equal(existsSync(file()), false);
    });

    it('are written where the workspace sets its own', async () => {
      await write('flat', Workspace);
      assert.deepEqual(await run('heddle.agents.groupByThread'), { grouping: 'thread' });
      assert.deepEqual(values(), [undefined, 'thread']);
      assert.match(readFileSync(file(), 'utf8'), /"heddle\.agents\.grouping": "thread"/);
    });
  });

  it('Refresh and Show Log change nothing', async () => {
    await add('agent-a');
    const before = fingerprint(registry.root);
    await run('heddle.registry.refresh');
    await run('heddle.log.show');
    await vscode.commands.executeCommand('workbench.action.closePanel');
    assert.deepEqual(fingerprint(registry.root), before);
    assert.ok(existsSync(registry.entryPath('agent-a')));
  });
});

function detailsTabs(): readonly vscode.Tab[] {
  return vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .filter(
      ({ input }) =>
        input instanceof vscode.TabInputWebview && input.viewType.endsWith('heddle.agentDetails'),
    );
}
