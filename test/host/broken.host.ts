import { strict as assert } from 'node:assert';
import { mkdirSync, symlinkSync, unlinkSync } from 'node:fs';
import * as vscode from 'vscode';
import { toBrokenElement } from '../../src/presentation/brokenElement.ts';
import { entryText } from '../support/entryBuilder.ts';
import { eventually } from '../support/eventually.ts';
import { withPerson } from '../support/hostPerson.ts';
import { HostRegistry, run, type Failure } from '../support/hostWorld.ts';

describe('unreadable entries', () => {
  let registry: HostRegistry;
  const problems = (id: string): readonly vscode.Diagnostic[] =>
    vscode.languages.getDiagnostics(vscode.Uri.file(registry.entryPath(id)));
  const untilProblem = async (id: string, line: number): Promise<vscode.Diagnostic> => {
    await eventually(`${id} has a problem in line ${line}`, () =>
      problems(id).some(({ range }) => range.start.line === line - 1),
    );
    const [problem] = problems(id);
    if (problem === undefined) throw new Error('the problem went away');
    return problem;
  };
  const untilNoProblem = (id: string): Promise<void> =>
    eventually(`${id} has no problem`, () => problems(id).length === 0);

  before(async () => {
    registry = await HostRegistry.open();
  });
  beforeEach(async () => {
    await registry.reset();
    registry.makeFolder();
  });

  it('are a problem of the file, at the line of the bad syntax, until it is repaired', async () => {
    registry.write('agent-a', 'session_id = "agent-a"\nthread = "x"\nbase_state = oops\n');
    const problem = await untilProblem('agent-a', 3);
    assert.equal(problem.severity, vscode.DiagnosticSeverity.Warning);
    assert.equal(problem.source, 'Heddle Agents');
    assert.match(problem.message, /TOML/);
    assert.equal(problems('agent-a').length, 1);

    registry.write('agent-a', entryText('agent-a'));
    await registry.untilAgent('agent-a');
    await untilNoProblem('agent-a');
    assert.deepEqual(registry.shown?.unreadable, []);
  });

  it('are a problem at the line of a field of the wrong kind', async () => {
    registry.write('agent-a', entryText('agent-a', { more: 'pid = "four"' }));
    const problem = await untilProblem('agent-a', 6);
    assert.match(problem.message, /pid/);
    assert.deepEqual(
      registry.shown?.unreadable.map(({ file, line }) => ({ file, line })),
      [{ file: 'agent-a.toml', line: 6 }],
    );
  });

  it('are a problem at the first line where no line is known', async () => {
    registry.write('agent-a', 'session_id = "agent-a"\n');
    await untilProblem('agent-a', 1);
    assert.equal(registry.shown?.unreadable[0]?.line, undefined);
  });

  it('move their problem when the bad line moves', async () => {
    registry.write('agent-a', 'oops\n');
    await untilProblem('agent-a', 1);
    registry.write('agent-a', '\n\n\noops\n');
    await untilProblem('agent-a', 4);
    assert.equal(problems('agent-a').length, 1);
  });

  it('lose their problem when the file, or all of .heddle, is removed', async () => {
    registry.write('agent-a', 'oops\n');
    registry.write('agent-b', 'oops\n');
    await untilProblem('agent-a', 1);
    await untilProblem('agent-b', 1);
    unlinkSync(registry.entryPath('agent-a'));
    await untilNoProblem('agent-a');
    assert.equal(problems('agent-b').length, 1);
    await registry.reset();
    await untilNoProblem('agent-b');
  });

  it('do not hide the others', async () => {
    registry.write('agent-a', '');
    registry.write('agent-b', Buffer.from([0x61, 0xff, 0xfe]));
    registry.write('agent-c', entryText('agent-z'));
    mkdirSync(registry.entryPath('agent-d'));
    symlinkSync('/etc/hostname', registry.entryPath('agent-e'));
    registry.write('agent-f', entryText('agent-f'));
    await registry.untilAgent('agent-f');
    const shown = await registry.until('all are told', ({ unreadable }) => unreadable.length === 5);
    assert.equal(shown.agents.length, 1);
    assert.deepEqual(
      shown.unreadable.map(({ file }) => file),
      ['a', 'b', 'c', 'd', 'e'].map((name) => `agent-${name}.toml`),
    );
  });

  it('show hostile text as text', async () => {
    const hostile = '\u001b[31m\u202e[x](command:heddle.agents.reap) $(trash) <b>';
    registry.write('agent-a', entryText('agent-a').replace('"agent-a"', JSON.stringify(hostile)));
    await eventually('it has a problem', () => problems('agent-a').length === 1);
    const [problem] = problems('agent-a');
    assert.doesNotMatch(problem?.message ?? '', /[\u0000-\u001f\u007f-\u009f\u202e]/);
  });

  describe('while a known entry is half-written', () => {
    const whole = (): string => entryText('agent-a', { thread: 'feature/x', more: 'model = "m"' });
    beforeEach(async () => {
      registry.write('agent-a', whole());
      await registry.untilAgent('agent-a');
      registry.write('agent-a', whole().slice(0, 60));
      await registry.until('it is unreadable', ({ unreadable }) => unreadable.length === 1);
    });

    it('keep its thread: a reservation finds the last known owner', async () => {
      const { result } = await withPerson({}, () =>
        run<object>('heddle.thread.reserve', { thread: 'feature/x' }),
      );
      assert.deepEqual(result, {
        outcome: 'live_owner',
        thread: 'feature/x',
        sessionId: 'agent-a',
      });
    });

    it('show the entry as soon as it is whole', async () => {
      registry.write('agent-a', whole());
      const agent = await registry.untilAgent('agent-a');
      assert.equal(agent.model, 'm');
      await untilNoProblem('agent-a');
    });

    it('refuse to be released, and stay as they are', async () => {
      const before = registry.read('agent-a');
      const { result } = await withPerson({ confirms: true }, () =>
        run<Failure>('heddle.agent.releaseComplete', registry.element('agent-a')),
      );
      assert.ok(['broken-entry', 'not-found'].includes(result.error.code), result.error.code);
      assert.equal(registry.read('agent-a'), before);
    });
  });

  it('open at the bad line', async () => {
    registry.write('agent-a', '\n\noops\n');
    await untilProblem('agent-a', 3);
    const element = toBrokenElement({ root: registry.root, fileName: 'agent-a.toml' });
    assert.deepEqual(await run('heddle.agent.openEntryFile', element), {
      file: registry.entryPath('agent-a'),
    });
    const editor = vscode.window.activeTextEditor;
    assert.equal(editor?.document.uri.fsPath, registry.entryPath('agent-a'));
    assert.equal(editor.selection.start.line, 2);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('do not open when they are a folder', async () => {
    mkdirSync(registry.entryPath('agent-a'));
    await registry.until('it is told', ({ unreadable }) => unreadable.length === 1);
    const element = toBrokenElement({ root: registry.root, fileName: 'agent-a.toml' });
    const { result, shown } = await withPerson({}, () =>
      run<Failure>('heddle.agent.openEntryFile', element),
    );
    assert.equal(result.error.code, 'not-found');
    assert.equal(shown.notifications.length, 1);
  });
});
