import { deepEqual, doesNotMatch, equal, match, ok } from 'node:assert/strict';
import { join } from 'node:path';
import { buildChildProgram } from '../../support/childProgram.ts';
import { eventually } from '../../support/eventually.ts';
import { scriptPrompt } from '../../support/scriptedExecutor.ts';
import { mayI, SessionCli, start, type SessionRecord } from './sessionCli.ts';
import { ended } from './spawnCli.ts';

describe('sessions on the command line, each with a host of its own', () => {
  let program: string;
  let cli: SessionCli;

  before(async () => {
    program = await buildChildProgram(new URL('./scriptedCli.ts', import.meta.url));
  });

  beforeEach(async () => {
    cli = await SessionCli.make(program);
  });

  afterEach(() => cli.dispose());

  it('starts, is listed, is answered from elsewhere, and is waited for', async () => {
    const started = await cli.json(...start([mayI, { do: 'tell', count: 3 }], '--detach'));
    const id = started.session_id;
    deepEqual([started.agent, started.cwd], ['scripted', cli.root]);
    match(started.parent?.actor_key ?? '', /^human:./);
    await cli.untilState(id, 'paused');
    const waiting = cli.spawn('session', 'wait', id, '--json');
    const end = ended(waiting);
    const { sessions } = await cli.json<{ readonly sessions: readonly SessionRecord[] }>(
      'session',
      'list',
    );
    deepEqual(
      sessions.map(({ session_id, state }) => [session_id, state]),
      [[id, 'paused']],
    );

    equal((await cli.run('session', 'answer', id, '--option', 'perhaps')).code, 2);
    const answered = await cli.run('session', 'answer', id, '--option', 'allow once');
    equal(answered.code, 0, answered.stderr);
    equal(answered.stdout, 'Answered: May I?\n');
    const { code, stdout } = await end;
    equal(code, 0);
    const record = JSON.parse(stdout) as SessionRecord;
    deepEqual(record.outcome, { state: 'done', value: [['allow']] });
    deepEqual(await cli.json('session', 'show', id), record);

    const second = await cli.run('session', 'answer', id, '--option', 'allow');
    equal(second.code, 3);
    match(second.stderr, /asks nothing now: it is done/);
  });

  it('tells the second who answers who was first', async () => {
    const { session_id: id } = await cli.json(
      ...start([mayI, { do: 'ask', text: 'Your name?' }], '--detach'),
    );
    await cli.untilState(id, 'paused');
    equal((await cli.run('session', 'answer', id, '--query', 'q-0', '--option', '1')).code, 0);
    const second = await cli.run('session', 'answer', id, '--query', 'q-0', '--option', '1');
    equal(second.code, 3, second.stderr);
    match(second.stderr, /has answered the question/);
    equal((await cli.run('session', 'answer', id, '--text', 'Ann')).code, 0);
    deepEqual((await cli.untilState(id, 'done')).outcome?.value, [['allow'], ['Ann']]);
  });

  it('of two who answer at once one is told that the other was first', async () => {
    const { session_id: id } = await cli.json(
      ...start([mayI, { do: 'until-cancelled' }], '--detach'),
    );
    await cli.untilState(id, 'paused');
    const answers = ['allow', 'reject'].map((option) =>
      cli.run('session', 'answer', id, '--option', option, '--json'),
    );
    const [first, second] = (await Promise.all(answers)).sort(
      (a, b) => Number(a.code) - Number(b.code),
    );
    deepEqual([first?.code, second?.code], [0, 3], second?.stderr);
    match(second?.stderr ?? '', /has answered the question/);
    const { error } = JSON.parse(second?.stdout ?? '') as {
      readonly error: { readonly code: string };
    };
    match(error.code, /^(?:not-paused|already-answered)$/);
  });

  it('start without --detach shows what happens, and says how to answer where it cannot ask', async () => {
    const child = cli.spawn(...start([{ do: 'tell', count: 1 }, mayI]));
    const end = ended(child);
    let stderr = '';
    child.stderr.on('data', (text: string) => (stderr += text));
    await eventually('it says how to answer', () => stderr.includes('--option allow'));
    const [, command = ''] =
      /heddle-agents (session answer \S+ --query \S+ --option allow)\n/.exec(stderr) ?? [];
    equal((await cli.run(...command.split(' '))).code, 0);
    const { code, stdout } = await end;
    equal(code, 0);
    match(stdout, /^session-\w+ {2}scripted {2}running\n/);
    match(
      stdout,
      /\n1\n? *\n\? May I\?\n {2}1 {2}Allow once .*\n {2}2 {2}Reject .*\n {2}Answered by .+: Allow once\n/,
    );
    match(stdout, /\nIt is done\.\n/);
  });

  it('start exits 1 for a session that failed, and says why', async () => {
    const { code, stdout } = await cli.run(...start([{ do: 'fail', message: 'Out of luck.' }]));
    equal(code, 1);
    match(stdout, /\nThe agent could not go on: Out of luck\.\n/);
  });

  it('Ctrl-C asks the session to stop', async () => {
    const child = cli.spawn(...start([{ do: 'tell', count: 1 }, { do: 'until-cancelled' }]));
    const end = ended(child);
    let stdout = '';
    child.stdout.on('data', (text: string) => (stdout += text));
    await eventually('it runs', () => stdout.includes('session-'));
    child.kill('SIGINT');
    const { code, stdout: all, stderr } = await end;
    equal(code, 1);
    match(stderr, /was asked to stop\. Ctrl-C once more leaves it alone/);
    match(all, /\nCancelled by .+\.\nIt has stopped\.\n/);
  });

  it('a second Ctrl-C leaves it running', async () => {
    const never = join(cli.root, 'never');
    // It takes its time to stop: this step ends only with a file.
    const child = cli.spawn(
      ...start([
        { do: 'await-file', path: never },
        { do: 'tell', count: 1 },
        { do: 'ask', text: 'x' },
      ]),
    );
    const end = ended(child);
    let text = '';
    child.stdout.on('data', (piece: string) => (text += piece));
    child.stderr.on('data', (piece: string) => (text += piece));
    await eventually('it runs', () => text.includes('session-'));
    const [pid] = await cli.hostPids();
    ok(pid);
    // A host that stands still does not hear of the first.
    process.kill(pid, 'SIGSTOP');
    child.kill('SIGINT');
    await eventually('it was asked', () => text.includes('was asked to stop'));
    child.kill('SIGINT');
    await eventually('it is left alone', () => text.includes('goes on without this terminal'));
    process.kill(pid, 'SIGCONT');
    const { code, stdout, stderr } = await end;
    equal(code, 1);
    match(stderr, /Watch it with: heddle-agents session watch/);
    doesNotMatch(stdout, /has stopped/);
  });

  if (process.platform !== 'win32') {
    it('a terminal that is closed leaves it running', async () => {
      const child = cli.spawn(...start([mayI, { do: 'ask', text: 'Your name?' }]));
      const end = ended(child);
      let stdout = '';
      child.stdout.on('data', (text: string) => (stdout += text));
      await eventually('it asks', () => stdout.includes('May I?'));
      const id = /session-\w+/.exec(stdout)?.[0] ?? '';
      equal((await cli.run('session', 'answer', id, '--option', 'allow')).code, 0);
      await eventually('it asks more', () => stdout.includes('Your name?'));
      child.kill('SIGHUP');
      const { code, stderr } = await end;
      equal(code, 1);
      doesNotMatch(stderr, /asked to stop/);
      equal((await cli.json('session', 'show', id)).state, 'paused');
    });
  }

  it('cancel tells the reason to who waits, once', async () => {
    const { session_id: id } = await cli.json(...start([{ do: 'until-cancelled' }], '--detach'));
    const waiting = ended(cli.spawn('session', 'wait', id));
    const cancelled = await cli.run('session', 'cancel', id, '--reason', 'Not needed');
    equal(cancelled.code, 0, cancelled.stderr);
    match(cancelled.stdout, /is asked to stop\.\nCancelled by .+: Not needed\.\n$/);
    const { code, stdout } = await waiting;
    equal(code, 1);
    match(stdout, /is cancelled\.\nCancelled by .+: Not needed\.\n$/);
    equal((await cli.run('session', 'cancel', id, '--reason', 'Again')).code, 0);
    equal((await cli.json('session', 'show', id)).outcome?.detail, 'Not needed');
  });

  it('a session whose host is killed has failed for everybody', async () => {
    const { session_id: id } = await cli.json(...start([{ do: 'until-cancelled' }], '--detach'));
    const waiting = ended(cli.spawn('session', 'wait', id, '--json'));
    const [pid] = await cli.hostPids();
    ok(pid);
    process.kill(pid, 'SIGKILL');
    const { code, stdout } = await waiting;
    equal(code, 1);
    equal((JSON.parse(stdout) as SessionRecord).outcome?.kind, 'host-died');
    equal((await cli.run('session', 'cancel', id)).code, 0);
  });

  it('goes on with an earlier session, as the same agent in the same folder', async () => {
    const first = await cli.json(...start([{ do: 'tell', count: 1 }]));
    equal(first.state, 'done');
    deepEqual(await cli.json('session', 'show', first.session_id), first);
    const prompt = scriptPrompt([{ do: 'tell', count: 1 }]);
    const next = await cli.json(
      'session',
      'start',
      '--resume',
      first.session_id,
      '--prompt',
      prompt,
    );
    deepEqual(
      [next.agent, next.cwd, next.resumes?.session_id],
      ['scripted', cli.root, first.session_id],
    );
  });

  it('watch --json tells all events, also those that were before', async () => {
    const { session_id: id } = await cli.json(
      ...start([{ do: 'tell', count: 300 }, mayI], '--detach'),
    );
    await cli.untilState(id, 'paused');
    const watching = ended(cli.spawn('session', 'watch', id, '--json'));
    equal((await cli.run('session', 'answer', id, '--option', 'reject')).code, 0);
    const { code, stdout } = await watching;
    equal(code, 0);
    const documents = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as WatchDocument);
    const sequences = documents.flatMap(({ event }) => event?.sequence ?? []);
    deepEqual(
      sequences,
      sequences.map((_, i) => i + 1),
    );
    ok(sequences.length > 300);
    equal(documents.at(-1)?.session?.state, 'done');
  });
});

interface WatchDocument {
  readonly event?: { readonly sequence: number };
  readonly session?: SessionRecord;
}
