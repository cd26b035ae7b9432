import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { withPerson } from '../support/hostPerson.ts';
import { withQuickPicks } from '../support/hostQuickPicks.ts';
import { HostSessions, type ShownSession } from '../support/hostSessions.ts';

interface Spec {
  readonly prompt: string;
  readonly contextFiles?: readonly string[];
}

describe('Start Session Here', () => {
  let sessions: HostSessions;

  before(async () => {
    sessions = await HostSessions.open();
  });
  beforeEach(() => sessions.reset());
  afterEach(() => sessions.clear());
  after(() => sessions.dispose());

  const prompt = JSON.stringify([['say', 'Done.']]);

  /** Calls it as a menu does, picks the scripted agent and types a prompt. */
  const startHere = async (...args: readonly unknown[]): Promise<ShownSession> => {
    const { asked } = await withQuickPicks(
      [({ items }) => items.filter(({ label }) => label === 'Scripted Agent')],
      () => withPerson({ types: prompt }, () => sessions.run('heddle.session.startHere', ...args)),
    );
    assert.equal(asked[0]?.placeholder, 'Which agent?');
    const { session_id: id } = await sessions.only();
    await sessions.untilState(id, 'done');
    return sessions.show(id);
  };
  const specOf = ({ session_id: id }: ShownSession): Spec => {
    const text = readFileSync(join(sessions.folder, id, 'session.json'), 'utf8');
    return (JSON.parse(text) as { readonly spec: Spec }).spec;
  };

  it('is about the files that are selected in the explorer', async () => {
    const main = vscode.Uri.file(join(sessions.registry.root, 'src/main.ts'));
    const other = vscode.Uri.file(sessions.file);
    const session = await startHere(main, [main, other]);
    assert.equal(session.cwd, sessions.registry.root);
    assert.deepEqual(specOf(session).contextFiles, [main.fsPath, other.fsPath]);
  });

  it('works in the folder that it is called on', async () => {
    const folder = vscode.Uri.file(join(sessions.registry.root, 'src'));
    const session = await startHere(folder, [folder]);
    assert.equal(session.cwd, folder.fsPath);
    assert.equal(specOf(session).contextFiles, undefined);
  });

  it('quotes what is selected in the editor', async () => {
    const uri = vscode.Uri.file(join(sessions.registry.root, 'src/main.ts'));
    const editor = await vscode.window.showTextDocument(uri);
    editor.selection = new vscode.Selection(0, 13, 0, 19);
    // The prompt of the scripted agent is its script, which a quotation would spoil.
    await withQuickPicks(
      [({ items }) => items.filter(({ label }) => label === 'Scripted Agent')],
      () => withPerson({ types: 'Rename it' }, () => sessions.run('heddle.session.startHere', uri)),
    );
    const session = await sessions.only();
    const spec = specOf(session);
    assert.match(
      spec.prompt,
      /^Rename it\n\nThis is about line 1 of .*main\.ts:\n\n```\nanswer\n```$/,
    );
    assert.deepEqual(spec.contextFiles, [uri.fsPath]);
  });

  it('works for the agent on whose row it is called', async () => {
    const parent = await sessions.registry.cliAgent('register', '--actor-key', 'codex:main');
    await sessions.registry.untilAgent(parent);
    const element = sessions.registry.element(parent);
    const session = await startHere(element, [element]);
    assert.equal(session.parent?.session_id, parent);
    const entry = await sessions.registry.cliShow(session.entry_session_id ?? '');
    assert.equal(entry.native_parent_actor_key, 'codex:main');
  });

  it('works for the person when nothing else is said', async () => {
    const session = await startHere(vscode.Uri.file(sessions.file));
    assert.match(session.parent?.actor_key ?? '', /^human:/);
  });

  it('starts nothing outside the folders of the window, and says so', async () => {
    const { shown } = await withPerson({}, () =>
      sessions.run('heddle.session.startHere', vscode.Uri.file('/etc/hosts')),
    );
    assert.match(shown.notifications[0]?.text ?? '', /in no folder of this workspace/);
    assert.deepEqual(await sessions.list(), []);
  });
});
