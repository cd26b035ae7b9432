import { strict as assert } from 'node:assert';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { eventually } from '../support/eventually.ts';
import { withPerson, type Shown } from '../support/hostPerson.ts';
import { HostSessions, setting } from '../support/hostSessions.ts';

const closeEditors = (): Thenable<unknown> =>
  vscode.commands.executeCommand('workbench.action.closeAllEditors');

describe('a session that needs somebody', () => {
  let sessions: HostSessions;

  before(async () => {
    sessions = await HostSessions.open();
  });
  beforeEach(() => sessions.reset());
  afterEach(() => sessions.clear());
  after(() => sessions.dispose());

  const asked = ({ notifications }: Shown) =>
    notifications.filter(({ text }) => text.startsWith('Scripted Agent asks'));

  it('is told of once, with its answers as buttons', async () => {
    const { shown } = await withPerson({}, async (seen) => {
      const id = await sessions.start([
        ['say', 'I change it.'],
        ['edit', sessions.file, 'after\n'],
      ]);
      await closeEditors();
      await sessions.untilState(id, 'paused');
      await eventually('it was told', () => asked(seen).length > 0);
      // What goes on elsewhere makes the window look at its sessions again.
      const other = await sessions.start([
        ['say', 'One.'],
        ['say', 'Two.'],
      ]);
      await sessions.untilState(other, 'done');
      await sessions.run('heddle.session.cancel', sessions.element(id), { detail: 'enough' });
      await sessions.untilState(id, 'cancelled');
    });
    const [question, ...others] = asked(shown);
    assert.deepEqual(question?.buttons, ['Yes', 'Always', 'No', 'Open Session']);
    assert.equal(others.length, 0);
  });

  it('has failed when its host was killed, which is said with what can be done', async () => {
    const { shown } = await withPerson({}, async (seen) => {
      const id = await sessions.start([['edit', sessions.file, 'after\n'], ['silence']]);
      await closeEditors();
      await sessions.untilState(id, 'paused');
      const { host } = await sessions.show(id);
      assert.ok(host);
      process.kill(host.pid, 'SIGKILL');
      await sessions.untilState(id, 'failed');
      await eventually('it was told', () =>
        seen.notifications.some(({ text }) => text.includes('is gone')),
      );
    });
    const told = shown.notifications.filter(({ text }) => text.includes('is gone'));
    assert.equal(told.length, 1);
    assert.deepEqual(told[0]?.buttons, ['Open Session', 'Run Again']);
  });

  it('says that the agent wants a log-in, and what it offers', async () => {
    const { shown } = await withPerson({}, async (seen) => {
      const id = await sessions.start([], 'locked-out');
      await closeEditors();
      await sessions.untilState(id, 'failed');
      await eventually('it was told', () => seen.notifications.length > 0);
    });
    const text = shown.notifications.map((each) => each.text).join();
    assert.match(text, /A log-in is needed: Locked Out wants you to log in first/);
    assert.match(text, /Log in with a browser/);
  });

  it('is asked about everything, whatever the workspace says', async () => {
    const workspace = vscode.workspace.getConfiguration('heddle');
    const { Workspace } = vscode.ConfigurationTarget;
    await assert.rejects(
      Promise.resolve(workspace.update('sessions.permissions', 'allowEdits', Workspace)),
    );
    const id = await sessions.start([['edit', sessions.file, 'after\n']]);
    await sessions.untilState(id, 'paused');
    assert.equal(readFileSync(sessions.file, 'utf8'), 'before\n');
  });

  describe('with a person who allows edits', () => {
    before(() => setting('sessions.permissions', 'allowEdits'));
    after(() => setting('sessions.permissions', undefined));

    it('changes files that are free without asking, and nothing else', async () => {
      const id = await sessions.start([
        ['edit', sessions.file, 'after\n'],
        ['askToRun', 'make'],
      ]);
      await sessions.untilState(id, 'paused');
      assert.equal(readFileSync(sessions.file, 'utf8'), 'after\n');
      const { json } = await sessions.registry.cli('session', 'show', id);
      assert.match(JSON.stringify(json), /"text":"make"/);
    });

    it('is refused a file that somebody else holds', async () => {
      const holder = await sessions.registry.cliAgent('register', '--harness', 'codex');
      const lock = await sessions.registry.cli('lock', 'src/session.txt', '--agent', holder);
      assert.equal(lock.code, 0);
      const id = await sessions.start([['edit', sessions.file, 'after\n'], ['answers']]);
      await sessions.untilState(id, 'done');
      assert.equal(readFileSync(sessions.file, 'utf8'), 'before\n');
      const log = readFileSync(join(sessions.folder, id, 'events.jsonl'), 'utf8');
      assert.match(log, /session\.txt/);
    });
  });
});

describe('the history of sessions', () => {
  let sessions: HostSessions;

  before(async () => {
    sessions = await HostSessions.open();
  });
  beforeEach(() => sessions.reset());
  afterEach(() => sessions.clear());
  after(() => sessions.dispose());

  it('is deleted when the person says so, but for what goes on', async () => {
    const open = await sessions.start([['silence']]);
    const ended = await sessions.start([['say', 'One.']]);
    await sessions.untilState(ended, 'done');
    const ids = async (): Promise<readonly string[]> =>
      (await sessions.list()).map(({ session_id: id }) => id);
    const { shown } = await withPerson({}, () => sessions.run('heddle.sessions.deleteHistory'));
    assert.match(shown.questions[0]?.text ?? '', /^Delete the session "/);
    assert.equal((await ids()).length, 2, 'it was not confirmed');
    const { result } = await withPerson({ confirms: true }, () =>
      sessions.run('heddle.sessions.deleteHistory'),
    );
    assert.deepEqual(result, { deleted: [ended] });
    assert.deepEqual(await ids(), [open]);
  });

  it('refuses to delete a session that goes on', async () => {
    const open = await sessions.start([['silence']]);
    const { result, shown } = await withPerson({ confirms: true }, () =>
      sessions.run('heddle.session.delete', sessions.element(open)),
    );
    assert.equal(result, undefined);
    assert.match(shown.notifications[0]?.text ?? '', /cancelled first/);
    assert.ok(existsSync(join(sessions.folder, open)));
  });

  it('keeps as many as the person says', async () => {
    await setting('sessions.keepCount', 1);
    try {
      for (const words of ['One.', 'Two.', 'Three.']) {
        const id = await sessions.start([['say', words]]);
        await sessions.untilState(id, 'done');
      }
      const last = await sessions.start([['silence']]);
      await eventually(
        'one that has ended is left',
        async () => (await sessions.list()).length === 2,
      );
      const kept = (await sessions.list()).map(({ session_id: id, prompt }) => [id, prompt]);
      assert.deepEqual(
        kept.find(([id]) => id !== last),
        [kept.find(([id]) => id !== last)?.[0], '[["say","Three."]]'],
      );
    } finally {
      await setting('sessions.keepCount', undefined);
    }
  });

  it('goes on when one of them cannot be read', async () => {
    const id = await sessions.start([['say', 'One.']]);
    await sessions.untilState(id, 'done');
    writeFileSync(join(sessions.folder, id, 'session.json'), '{oops');
    const { shown } = await withPerson({}, async () => {
      await eventually(
        'it is not listed any more',
        async () => (await sessions.list()).length === 0,
      );
      const next = await sessions.start([['say', 'Two.']]);
      await sessions.untilState(next, 'done');
    });
    assert.ok(shown.notifications.every(({ text }) => !text.includes('went wrong')));
  });
});
