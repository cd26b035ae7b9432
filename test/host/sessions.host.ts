import { strict as assert } from 'node:assert';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { SessionCommandId } from '../../src/extension/sessions/sessionIds.ts';
import { eventually } from '../support/eventually.ts';
import { withPerson } from '../support/hostPerson.ts';
import { HostSessions, setting } from '../support/hostSessions.ts';
import type { Failure } from '../support/hostWorld.ts';

describe('sessions in the window', () => {
  let sessions: HostSessions;

  before(async () => {
    sessions = await HostSessions.open();
  });
  beforeEach(() => sessions.reset());
  afterEach(() => sessions.clear());
  after(() => sessions.dispose());

  it('start, are agents, and go on with the button of a notification', async () => {
    const { result } = await withPerson({ presses: 'Yes' }, async () => {
      const id = await sessions.start([
        ['say', 'I change it.'],
        ['edit', sessions.file, 'after\n'],
      ]);
      // A page that is looked at needs no notification.
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
      await sessions.untilState(id, 'done');
      return id;
    });
    assert.equal(readFileSync(sessions.file, 'utf8'), 'after\n');
    const { entry_session_id: entry } = await sessions.show(result);
    assert.ok(entry !== null && sessions.registry.agent(entry) !== undefined, 'it is an agent');
  });

  it('are answered by command, and a second answer is told that it is late', async () => {
    const id = await sessions.start([['edit', sessions.file, 'after\n'], ['silence']]);
    await sessions.untilState(id, 'paused');
    const payload = {
      kind: 'single',
      queryId: await sessions.openQuestion(id),
      response: { kind: 'option', optionId: 'no' },
    };
    const { result } = await withPerson({}, async () => [
      await sessions.run<unknown>('heddle.session.answer', sessions.element(id), payload),
      await sessions.run<Failure>('heddle.session.answer', sessions.element(id), payload),
    ]);
    assert.deepEqual(result[0], { sessionId: id });
    const { error } = result[1] as Failure;
    assert.ok(['not-paused', 'already-answered'].includes(error.code), error.code);
    assert.equal(readFileSync(sessions.file, 'utf8'), 'before\n');
  });

  it('are cancelled with the reason that the person gives', async () => {
    const id = await sessions.start([['say', 'I wait.'], ['silence']]);
    await withPerson({ types: 'not now' }, () =>
      sessions.run('heddle.session.cancel', sessions.element(id)),
    );
    await sessions.untilState(id, 'cancelled');
    assert.equal((await sessions.show(id)).outcome?.detail, 'not now');
  });

  it('run again and go on with their conversation', async () => {
    const id = await sessions.start([['say', 'One.']]);
    await sessions.untilState(id, 'done');
    const again = await sessions.run<{ sessionId: string }>(
      'heddle.session.rerun',
      sessions.element(id),
    );
    await sessions.untilState(again.sessionId, 'done');
    assert.equal((await sessions.show(again.sessionId)).prompt, (await sessions.show(id)).prompt);
    const prompt = JSON.stringify([['say', 'Two.']]);
    const next = await sessions.run<{ sessionId: string }>(
      'heddle.session.followUp',
      sessions.element(id),
      {
        prompt,
      },
    );
    await sessions.untilState(next.sessionId, 'done');
    assert.equal((await sessions.show(next.sessionId)).resumes?.session_id, id);
  });

  it('see and change unsaved text in an editor', async () => {
    const document = await vscode.workspace.openTextDocument(sessions.file);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(0, 0), 'typed ');
    await setting('locks.softLocks', false);
    try {
      await vscode.workspace.applyEdit(edit);
      const id = await sessions.start([
        ['read', sessions.file],
        ['write', sessions.file, 'typed and written\n'],
        ['answers'],
      ]);
      await sessions.untilState(id, 'done');
      await eventually('the editor has it', () => document.getText() === 'typed and written\n');
      await eventually('it is saved', () => !document.isDirty);
      assert.equal(readFileSync(sessions.file, 'utf8'), 'typed and written\n');
      const log = join(sessions.registry.root, '.heddle/sessions', id, 'events.jsonl');
      assert.match(readFileSync(log, 'utf8'), /typed before/);
    } finally {
      await setting('locks.softLocks', undefined);
    }
  });

  it('are deleted with their history when the person says so', async () => {
    const id = await sessions.start([['say', 'One.']]);
    await sessions.untilState(id, 'done');
    const folder = join(sessions.registry.root, '.heddle/sessions', id);
    await withPerson({}, () => sessions.run('heddle.sessions.deleteHistory'));
    assert.ok(existsSync(folder), 'it was not confirmed');
    await withPerson({ confirms: true }, () => sessions.run('heddle.sessions.deleteHistory'));
    assert.ok(!existsSync(folder));
  });

  it('refuse what makes no sense', async () => {
    const wrong: readonly (readonly [SessionCommandId, ...unknown[]])[] = [
      ['heddle.session.start', { prompt: 'x', agent: 'scripted', folder: '/elsewhere' }],
      ['heddle.session.start', { prompt: 'x', agent: 'nobody', folder: sessions.registry.root }],
      ['heddle.session.start', { prompt: 1, agent: 'scripted', folder: sessions.registry.root }],
      ['heddle.session.open', sessions.element('session-0')],
    ];
    const { result } = await withPerson({}, async () => {
      const codes: string[] = [];
      for (const [id, ...args] of wrong)
        codes.push((await sessions.run<Failure>(id, ...args)).error.code);
      return codes;
    });
    assert.deepEqual(result, ['outside-root', 'engine', 'invalid-arguments', 'not-found']);
  });
});
