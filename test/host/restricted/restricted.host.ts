import { strict as assert } from 'node:assert';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { commandIds, type CommandId } from '../../../src/extension/ids.ts';
import { entryText } from '../../support/entryBuilder.ts';
import { eventually } from '../../support/eventually.ts';
import { failOnLostRejections } from '../../support/hostRejections.ts';
import { withPerson } from '../../support/hostPerson.ts';
import { fingerprint, HostRegistry, run, type Failure } from '../../support/hostWorld.ts';

failOnLostRejections();

const staleText = entryText('agent-stale', {
  status: 'complete',
  more: 'completed_at = "2026-01-01T00:00:00Z"',
});

describe('a window that is not trusted', () => {
  let registry: HostRegistry;

  before(async () => {
    registry = await HostRegistry.open();
    registry.makeFolder();
    registry.write('agent-a', entryText('agent-a', { thread: 'feature/x' }));
    registry.write('agent-dead', entryText('agent-dead', { thread: 'y', more: 'pid = 0' }));
    registry.write('agent-broken', 'oops');
    registry.write('agent-stale', staleText);
    writeFileSync(join(registry.folder, '.agent-x.toml.tmp-2147483646-1-1'), 'left by a crash');
    await registry.until('all are there', ({ agents }) => agents.length === 2);
  });

  it('is one', () => {
    assert.equal(vscode.workspace.isTrusted, false);
  });

  it('shows the agents, their verdicts and the unreadable files', () => {
    assert.equal(registry.shown?.state, 'ready');
    assert.equal(registry.agent('agent-a')?.liveness, 'unknown');
    assert.equal(registry.agent('agent-dead')?.livenessReason, 'impossible-pid');
    assert.deepEqual(
      registry.shown.unreadable.map(({ file }) => file),
      ['agent-broken.toml'],
    );
    const uri = vscode.Uri.file(registry.entryPath('agent-broken'));
    assert.equal(vscode.languages.getDiagnostics(uri).length, 1);
  });

  it('follows the changes of others', async () => {
    registry.write('agent-b', entryText('agent-b'));
    await registry.untilAgent('agent-b');
    const id = await registry.cliAgent('register', '--harness', 'codex');
    await registry.untilAgent(id);
    await registry.cliAgent('release', id);
    await registry.untilAgent(id, ({ status }) => status === 'complete');
  });

  it('prunes nothing, and removes nothing that a crash left', async () => {
    // The command line may; it is not this window. What it pruned meanwhile is put back.
    registry.write('agent-stale', staleText);
    const before = fingerprint(registry.root);
    await run('heddle.registry.refresh');
    await run('heddle.registry.refresh');
    assert.deepEqual(fingerprint(registry.root), before);
    assert.ok(registry.has('agent-stale'));
    assert.equal(registry.agent('agent-stale'), undefined);
  });

  const refused: readonly CommandId[] = [
    'heddle.registry.initialise',
    'heddle.thread.reserve',
    'heddle.agent.releaseComplete',
    'heddle.agent.releaseAbandoned',
    'heddle.agent.releaseMerged',
    'heddle.agents.reap',
    'heddle.thread.reap',
    'heddle.agents.undoReap',
    'heddle.agent.openWorktreeInTerminal',
    'heddle.agent.delete',
    'heddle.file.lock',
    'heddle.folder.lock',
    'heddle.file.unlock',
    'heddle.file.breakLock',
    'heddle.locks.reap',
    'heddle.locks.exportSnapshot',
    'heddle.agents.connect',
    'heddle.agents.disconnect',
    'heddle.doctor.show',
    'heddle.hooks.openSettings',
  ];
  for (const command of refused) {
    it(`refuses ${command}, asks nothing and writes nothing`, async () => {
      const before = fingerprint(registry.root);
      const terminals = vscode.window.terminals.length;
      const dead = registry.element('agent-dead');
      for (const args of [[], [dead], [dead, [dead]], [{ thread: 'feature/new' }]]) {
        const { result, shown } = await withPerson(
          { confirms: true, picks: (items) => items },
          () => run<Failure>(command, ...args),
        );
        assert.equal(result.error.code, 'read-only');
        assert.deepEqual(shown.picks, []);
        assert.deepEqual(shown.questions, []);
        assert.equal(shown.notifications.length, 1);
        assert.deepEqual(shown.notifications[0]?.buttons, ['Manage Workspace Trust']);
      }
      assert.deepEqual(fingerprint(registry.root), before);
      assert.equal(vscode.window.terminals.length, terminals);
    });
  }

  it('allows what only shows something, and writes nothing then', async () => {
    const before = fingerprint(registry.root);
    const element = registry.element('agent-a');
    assert.deepEqual(await run('heddle.agent.showDetails', element), { sessionId: 'agent-a' });
    await run('heddle.agent.openEntryFile', element);
    await run('heddle.agent.copySessionId', element);
    assert.equal(await vscode.env.clipboard.readText(), 'agent-a');
    await run('heddle.agent.copyThread', element);
    assert.equal(await vscode.env.clipboard.readText(), 'feature/x');
    await run('heddle.log.show');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    assert.deepEqual(fingerprint(registry.root), before);
  });

  it('keeps the grouping for the person and not in the workspace', async () => {
    const before = fingerprint(registry.root);
    const configuration = (): vscode.WorkspaceConfiguration =>
      vscode.workspace.getConfiguration('heddle');
    assert.deepEqual(await run('heddle.agents.groupFlat'), { grouping: 'flat' });
    assert.equal(configuration().inspect('agents.grouping')?.globalValue, 'flat');
    await configuration().update('agents.grouping', undefined, vscode.ConfigurationTarget.Global);
    assert.deepEqual(fingerprint(registry.root), before);
  });

  it('ignores the root that the workspace sets', async () => {
    const other = join(registry.root, 'elsewhere');
    mkdirSync(join(other, '.heddle/agents'), { recursive: true });
    writeFileSync(join(other, '.heddle/agents/agent-evil.toml'), entryText('agent-evil'));
    mkdirSync(join(registry.root, '.vscode'));
    const settings = { 'heddle.root': other, 'heddle.agents.grouping': 'thread' };
    writeFileSync(join(registry.root, '.vscode/settings.json'), JSON.stringify(settings));
    const configuration = (): vscode.WorkspaceConfiguration =>
      vscode.workspace.getConfiguration('heddle');
    await eventually('the settings are read', () => {
      return configuration().get('agents.grouping') === 'thread';
    });
    assert.equal(configuration().get('root'), '');
    await run('heddle.registry.refresh');
    assert.deepEqual(
      registry.api.getSnapshot().map(({ root }) => root),
      [registry.root],
    );
    assert.equal(registry.agent('agent-evil'), undefined);
  });

  it('does not write the grouping to a workspace that sets its own', async () => {
    const settings = join(registry.root, '.vscode/settings.json');
    const before = fingerprint(registry.root);
    assert.match(readFileSync(settings, 'utf8'), /agents\.grouping/);
    await run('heddle.agents.groupFlat');
    assert.deepEqual(fingerprint(registry.root), before);
    const configuration = vscode.workspace.getConfiguration('heddle');
    await configuration.update('agents.grouping', undefined, vscode.ConfigurationTarget.Global);
  });

  it('has been told of every command', () => {
    // Those of sessions and of named agents have tests of their own.
    const others = commandIds.filter((id) => !/^heddle\.(session|identit)/.test(id));
    const harmless = others.filter((id) => !refused.includes(id));
    assert.deepEqual(harmless, [
      'heddle.registry.refresh',
      'heddle.log.show',
      'heddle.agent.showDetails',
      'heddle.agent.openEntryFile',
      'heddle.agent.openWorktree',
      'heddle.agent.openWorktreeInNewWindow',
      'heddle.agent.copySessionId',
      'heddle.agent.copyThread',
      'heddle.agents.groupByChain',
      'heddle.agents.groupByThread',
      'heddle.agents.groupByHarness',
      'heddle.agents.groupFlat',
      'heddle.file.tellWhenFree',
      'heddle.file.showHolder',
      'heddle.file.compareWithDisk',
      'heddle.locks.openFile',
      'heddle.locks.groupByFolder',
      'heddle.locks.groupByHolder',
      'heddle.locks.copyPath',
      'heddle.discovered.showTerminal',
      'heddle.violation.showChanges',
      'heddle.violation.showHolder',
      'heddle.violation.showDoer',
      'heddle.violation.copy',
    ]);
  });
});
