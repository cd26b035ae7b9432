import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isProcessGone } from '../../../src/node/processGone.ts';
import { SessionFiles } from '../../../src/node/sessions/jsonlSessionStore.ts';
import { buildChildProgram } from '../../support/childProgram.ts';
import { eventually } from '../../support/eventually.ts';
import { scriptPrompt, type ScriptStep } from '../../support/scriptedExecutor.ts';
import { makeTempFolder, removeTempFolder } from '../../support/tempFolder.ts';
import { ended, type CliEnd } from './spawnCli.ts';

interface Session {
  readonly session_id: string;
  readonly state: string;
  readonly agent: string;
  readonly cwd: string;
  readonly parent: { readonly session_id: string | null; readonly actor_key: string | null } | null;
  readonly resumes: { readonly session_id: string | null } | null;
  readonly outcome: Readonly<Record<string, unknown>> | null;
}

const mayI: ScriptStep = {
  do: 'ask',
  text: 'May I?',
  options: [
    { id: 'allow', label: 'Allow once', kind: 'allow-once' },
    { id: 'reject', label: 'Reject', kind: 'reject-once' },
  ],
};

describe('sessions on the command line, each with a host of its own', () => {
  let program: string;
  let root: string;
  let env: NodeJS.ProcessEnv;
  const children: ChildProcessWithoutNullStreams[] = [];

  before(async () => {
    program = await buildChildProgram(new URL('./scriptedCli.ts', import.meta.url));
  });

  beforeEach(async () => {
    root = makeTempFolder();
    const home = join(root, 'home');
    const runtime = join(root, 'run');
    mkdirSync(join(home, '.heddle-agents'), { recursive: true });
    mkdirSync(runtime, { mode: 0o700 });
    const agents = { scripted: { name: 'Scripted', command: process.execPath } };
    writeFileSync(join(home, '.heddle-agents', 'agents.json'), JSON.stringify(agents));
    env = { ...process.env, HOME: home, USERPROFILE: home, XDG_RUNTIME_DIR: runtime };
    delete env.HEDDLE_AGENTS_SESSION;
    equal((await run('init')).code, 0);
  });

  afterEach(async () => {
    for (const child of children.splice(0)) if (child.exitCode === null) child.kill('SIGKILL');
    for (const pid of await hostPids()) if (!isProcessGone(pid)) process.kill(pid, 'SIGKILL');
    removeTempFolder(root);
  });

  /** Those that the hosts have recorded. */
  async function hostPids(): Promise<readonly number[]> {
    const folder = join(root, '.heddle', 'sessions');
    const files = new SessionFiles(folder);
    const ids = readdirSync(join(root, '.heddle')).includes('sessions') ? readdirSync(folder) : [];
    const headers = await Promise.all(
      ids.filter((id) => id.startsWith('session-')).map((id) => files.header(id)),
    );
    return headers.flatMap((header) => header?.host?.pid ?? []);
  }

  function spawnSession(...args: readonly string[]): ChildProcessWithoutNullStreams {
    const child = spawn(process.execPath, [program, ...args], { cwd: root, env });
    children.push(child);
    return child;
  }

  function run(...args: readonly string[]): Promise<CliEnd> {
    const child = spawnSession(...args);
    child.stdin.end();
    return ended(child);
  }

  async function json<T = Session>(...args: readonly string[]): Promise<T> {
    const { stdout, stderr } = await run(...args, '--json');
    ok(stdout !== '', stderr);
    return JSON.parse(stdout) as T;
  }

  const start = (steps: readonly ScriptStep[], ...flags: readonly string[]) =>
    ['session', 'start', '--agent', 'scripted', '--prompt', scriptPrompt(steps), ...flags] as const;

  async function untilState(id: string, state: string): Promise<Session> {
    await eventually(
      `${id} is ${state}`,
      async () => (await json('session', 'show', id)).state === state,
    );
    return json('session', 'show', id);
  }

  it('starts, is listed, is answered from elsewhere, and is waited for', async () => {
    const started = await json(...start([mayI, { do: 'tell', count: 3 }], '--detach'));
    const id = started.session_id;
    deepEqual([started.agent, started.cwd], ['scripted', root]);
    match(started.parent?.actor_key ?? '', /^human:./);
    await untilState(id, 'paused');
    const waiting = spawnSession('session', 'wait', id, '--json');
    const end = ended(waiting);
    const { sessions } = await json<{ readonly sessions: readonly Session[] }>('session', 'list');
    deepEqual(
      sessions.map(({ session_id, state }) => [session_id, state]),
      [[id, 'paused']],
    );

    equal((await run('session', 'answer', id, '--option', 'perhaps')).code, 2);
    const answered = await run('session', 'answer', id, '--option', 'allow once');
    equal(answered.code, 0, answered.stderr);
    equal(answered.stdout, 'Answered: May I?\n');
    const { code, stdout } = await end;
    equal(code, 0);
    const record = JSON.parse(stdout) as Session;
    deepEqual(record.outcome, { state: 'done', value: [['allow']] });
    deepEqual(await json('session', 'show', id), record);

    const second = await run('session', 'answer', id, '--option', 'allow');
    equal(second.code, 3);
    match(second.stderr, /asks nothing now: it is done/);
  });

  it('tells the second who answers who was first', async () => {
    const { session_id: id } = await json(
      ...start([mayI, { do: 'ask', text: 'Your name?' }], '--detach'),
    );
    await untilState(id, 'paused');
    equal((await run('session', 'answer', id, '--query', 'q-0', '--option', '1')).code, 0);
    const second = await run('session', 'answer', id, '--query', 'q-0', '--option', '1');
    equal(second.code, 3, second.stderr);
    match(second.stderr, /has answered the question/);
    equal((await run('session', 'answer', id, '--text', 'Ann')).code, 0);
    deepEqual((await untilState(id, 'done')).outcome?.value, [['allow'], ['Ann']]);
  });

  it('start without --detach shows what happens, and says how to answer where it cannot ask', async () => {
    const child = spawnSession(...start([{ do: 'tell', count: 1 }, mayI]));
    const end = ended(child);
    let stderr = '';
    child.stderr.on('data', (text: string) => (stderr += text));
    await eventually('it says how to answer', () => stderr.includes('--option allow'));
    const [, command = ''] =
      /heddle-agents (session answer \S+ --option allow)\n/.exec(stderr) ?? [];
    equal((await run(...command.split(' '))).code, 0);
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
    const { code, stdout } = await run(...start([{ do: 'fail', message: 'Out of luck.' }]));
    equal(code, 1);
    match(stdout, /\nThe agent could not go on: Out of luck\.\n/);
  });

  it('Ctrl-C asks the session to stop', async () => {
    const child = spawnSession(...start([{ do: 'tell', count: 1 }, { do: 'until-cancelled' }]));
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
    const never = join(root, 'never');
    // It takes its time to stop: this step ends only with a file.
    const child = spawnSession(
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
    const [pid] = await hostPids();
    ok(pid);
    // A host that stands still does not hear of the first.
    process.kill(pid, 'SIGSTOP');
    try {
      child.kill('SIGINT');
      await eventually('it was asked', () => text.includes('was asked to stop'));
      child.kill('SIGINT');
      const { code, stderr } = await end;
      equal(code, 1);
      match(stderr, /goes on without this terminal\. Watch it with: heddle-agents session watch/);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  });

  it('cancel tells the reason to who waits, once', async () => {
    const { session_id: id } = await json(...start([{ do: 'until-cancelled' }], '--detach'));
    const waiting = ended(spawnSession('session', 'wait', id));
    const cancelled = await run('session', 'cancel', id, '--reason', 'Not needed');
    equal(cancelled.code, 0, cancelled.stderr);
    match(cancelled.stdout, /is asked to stop\.\nCancelled by .+: Not needed\.\n$/);
    const { code, stdout } = await waiting;
    equal(code, 1);
    match(stdout, /is cancelled\.\nCancelled by .+: Not needed\.\n$/);
    equal((await run('session', 'cancel', id, '--reason', 'Again')).code, 0);
    equal((await json('session', 'show', id)).outcome?.detail, 'Not needed');
  });

  it('a session whose host is killed has failed for everybody', async () => {
    const { session_id: id } = await json(...start([{ do: 'until-cancelled' }], '--detach'));
    const waiting = ended(spawnSession('session', 'wait', id, '--json'));
    const [pid] = await hostPids();
    ok(pid);
    process.kill(pid, 'SIGKILL');
    const { code, stdout } = await waiting;
    equal(code, 1);
    equal((JSON.parse(stdout) as Session).outcome?.kind, 'host-died');
    equal((await run('session', 'cancel', id)).code, 0);
  });

  it('goes on with an earlier session, as the same agent in the same folder', async () => {
    const first = await json(...start([{ do: 'tell', count: 1 }]));
    equal(first.state, 'done');
    const prompt = scriptPrompt([{ do: 'tell', count: 1 }]);
    const next = await json('session', 'start', '--resume', first.session_id, '--prompt', prompt);
    deepEqual(
      [next.agent, next.cwd, next.resumes?.session_id],
      ['scripted', root, first.session_id],
    );
  });

  it('watch --json tells all events, also those that were before', async () => {
    const { session_id: id } = await json(...start([{ do: 'tell', count: 300 }, mayI], '--detach'));
    await untilState(id, 'paused');
    const watching = ended(spawnSession('session', 'watch', id, '--json'));
    equal((await run('session', 'answer', id, '--option', 'reject')).code, 0);
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
  readonly session?: Session;
}
