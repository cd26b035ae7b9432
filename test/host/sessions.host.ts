import { strict as assert } from 'node:assert';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { SessionCommandId } from '../../src/extension/sessions/sessionIds.ts';
import { toSessionElement } from '../../src/presentation/sessions/rows/sessionElement.ts';
import { eventually } from '../support/eventually.ts';
import { withPerson, type Shown } from '../support/hostPerson.ts';
import { heddleExtension, HostRegistry, type Failure } from '../support/hostWorld.ts';

type Step = readonly [string, ...unknown[]];

interface ShownSession {
  readonly session_id: string;
  readonly state: string;
  readonly prompt: string;
  readonly entry_session_id: string | null;
  readonly resumes: { readonly session_id: string | null } | null;
  readonly outcome: { readonly detail?: string | null; readonly by?: string | null } | null;
}

describe('sessions in the window', () => {
  let registry: HostRegistry;
  let file: string;
  const settings = () => vscode.workspace.getConfiguration('heddle');

  before(async () => {
    registry = await HostRegistry.open();
    file = join(registry.root, 'src', 'session.txt');
    const { extensionPath } = heddleExtension();
    const script = join(extensionPath, 'test/support/agents/acp/scriptedAcpAgent.ts');
    const tsx = join(extensionPath, 'node_modules/tsx/dist/loader.mjs');
    const agents = {
      scripted: {
        name: 'Scripted Agent',
        command: process.execPath,
        args: ['--import', tsx, script, '--resume'],
        env: { ELECTRON_RUN_AS_NODE: '1' },
      },
    };
    await settings().update('sessions.agents', agents, vscode.ConfigurationTarget.Global);
  });
  beforeEach(async () => {
    await registry.reset();
    writeFileSync(file, 'before\n');
  });
  afterEach(async () => {
    for (const { session_id: id, state } of await list()) {
      if (state === 'running' || state === 'paused') await registry.cli('session', 'cancel', id);
    }
    await eventually('every session has ended', async () =>
      (await list()).every(({ state }) => state !== 'running' && state !== 'paused'),
    );
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    rmSync(file, { force: true });
    await registry.reset();
  });
  after(() => settings().update('sessions.agents', undefined, vscode.ConfigurationTarget.Global));

  const list = async (): Promise<readonly ShownSession[]> =>
    ((await registry.cli('session', 'list')).json.sessions ?? []) as readonly ShownSession[];
  const show = async (id: string): Promise<ShownSession> => {
    const found = (await list()).find((each) => each.session_id === id);
    assert.ok(found, `${id} is listed`);
    return found;
  };
  const untilState = (id: string, state: string): Promise<void> =>
    eventually(`${id} is ${state}`, async () => (await show(id)).state === state);
  const run = <T>(id: SessionCommandId, ...args: readonly unknown[]): Promise<T> =>
    Promise.resolve(vscode.commands.executeCommand<T>(id, ...args));
  const element = (id: string): string => toSessionElement({ root: registry.root, sessionId: id });
  const start = async (steps: readonly Step[]): Promise<string> => {
    const wish = { agent: 'scripted', prompt: JSON.stringify(steps), folder: registry.root };
    const { sessionId } = await run<{ sessionId: string }>('heddle.session.start', wish);
    return sessionId;
  };
  const asked = ({ notifications }: Shown) =>
    notifications.filter(({ text }) => text.includes('Scripted Agent asks'));

  it('start, ask once in a notification, and go on with the button that is pressed', async () => {
    const { result, shown } = await withPerson({ presses: 'Yes' }, async () => {
      const id = await start([
        ['say', 'I change it.'],
        ['edit', file, 'after\n'],
      ]);
      // A page that is looked at needs no notification.
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
      await untilState(id, 'done');
      return id;
    });
    assert.equal(readFileSync(file, 'utf8'), 'after\n');
    assert.ok(asked(shown).length <= 1);
    const { entry_session_id: entry } = await show(result);
    assert.ok(entry !== null && registry.agent(entry) !== undefined, 'it is an agent');
  });

  it('are answered by command, and a second answer is told that it is late', async () => {
    const id = await start([['edit', file, 'after\n'], ['silence']]);
    await untilState(id, 'paused');
    const payload = {
      kind: 'single',
      queryId: await openQuestion(id),
      response: { kind: 'option', optionId: 'no' },
    };
    const { result } = await withPerson({}, async () => [
      await run<unknown>('heddle.session.answer', element(id), payload),
      await run<Failure>('heddle.session.answer', element(id), payload),
    ]);
    assert.deepEqual(result[0], { sessionId: id });
    const { error } = result[1] as Failure;
    assert.ok(['not-paused', 'already-answered'].includes(error.code), error.code);
    assert.equal(readFileSync(file, 'utf8'), 'before\n');
  });

  const openQuestion = async (id: string): Promise<string> => {
    const { json } = await registry.cli('session', 'show', id);
    const text = JSON.stringify(json);
    const query = /"query_id":"([^"]+)"/.exec(text)?.[1];
    assert.ok(query, text);
    return query;
  };

  it('are cancelled with the reason that the person gives', async () => {
    const id = await start([['say', 'I wait.'], ['silence']]);
    await withPerson({ types: 'not now' }, () => run('heddle.session.cancel', element(id)));
    await untilState(id, 'cancelled');
    assert.equal((await show(id)).outcome?.detail, 'not now');
  });

  it('run again and go on with their conversation', async () => {
    const id = await start([['say', 'One.']]);
    await untilState(id, 'done');
    const again = await run<{ sessionId: string }>('heddle.session.rerun', element(id));
    await untilState(again.sessionId, 'done');
    assert.equal((await show(again.sessionId)).prompt, (await show(id)).prompt);
    const prompt = JSON.stringify([['say', 'Two.']]);
    const next = await run<{ sessionId: string }>('heddle.session.followUp', element(id), {
      prompt,
    });
    await untilState(next.sessionId, 'done');
    assert.equal((await show(next.sessionId)).resumes?.session_id, id);
  });

  it('see and change unsaved text in an editor', async () => {
    const document = await vscode.workspace.openTextDocument(file);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(0, 0), 'typed ');
    await vscode.workspace
      .getConfiguration('heddle')
      .update('locks.softLocks', false, vscode.ConfigurationTarget.Global);
    try {
      await vscode.workspace.applyEdit(edit);
      const id = await start([['read', file], ['write', file, 'typed and written\n'], ['answers']]);
      await untilState(id, 'done');
      await eventually('the editor has it', () => document.getText() === 'typed and written\n');
      assert.equal(document.isDirty, false);
      assert.equal(readFileSync(file, 'utf8'), 'typed and written\n');
      const log = join(registry.root, '.heddle/sessions', id, 'events.jsonl');
      assert.match(readFileSync(log, 'utf8'), /typed before/);
    } finally {
      await settings().update('locks.softLocks', undefined, vscode.ConfigurationTarget.Global);
    }
  });

  it('are deleted with their history when the person says so', async () => {
    const id = await start([['say', 'One.']]);
    await untilState(id, 'done');
    const folder = join(registry.root, '.heddle/sessions', id);
    await withPerson({}, () => run('heddle.sessions.deleteHistory'));
    assert.ok(existsSync(folder), 'it was not confirmed');
    await withPerson({ confirms: true }, () => run('heddle.sessions.deleteHistory'));
    assert.ok(!existsSync(folder));
  });

  it('refuse what makes no sense', async () => {
    const wrong: readonly (readonly [SessionCommandId, ...unknown[]])[] = [
      ['heddle.session.start', { prompt: 'x', agent: 'scripted', folder: '/elsewhere' }],
      ['heddle.session.start', { prompt: 'x', agent: 'nobody', folder: registry.root }],
      ['heddle.session.start', { prompt: 1, agent: 'scripted', folder: registry.root }],
      ['heddle.session.open', element('session-0')],
    ];
    const { result } = await withPerson({}, async () => {
      const codes: string[] = [];
      for (const [id, ...args] of wrong) codes.push((await run<Failure>(id, ...args)).error.code);
      return codes;
    });
    assert.deepEqual(result, ['outside-root', 'engine', 'invalid-arguments', 'not-found']);
  });
});
