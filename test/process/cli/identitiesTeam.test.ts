import { deepEqual, doesNotMatch, equal, match, ok } from 'node:assert/strict';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAgentIdentity } from '../../../src/core/identities/agentIdentity.ts';
import type { ListedIdentity } from '../../../src/core/identities/listedIdentity.ts';
import { heddleRootAt } from '../../../src/node/heddleRoot.ts';
import { IdentitySpecFiles } from '../../../src/node/identities/identitySpecFiles.ts';
import { listIdentities } from '../../../src/node/identities/listIdentities.ts';
import {
  openContinuity,
  type OpenContinuity,
} from '../../../src/node/identities/openContinuity.ts';
import { createProcessProbe } from '../../../src/node/processProbe.ts';
import { buildChildProgram } from '../../support/childProgram.ts';
import { eventually } from '../../support/eventually.ts';
import { scriptPrompt, type ScriptStep } from '../../support/scriptedExecutor.ts';
import { SessionCli, type SessionRecord } from './sessionCli.ts';
import { ended } from './spawnCli.ts';

/** What tests read of a named agent. */
interface IdentityRecord {
  readonly identity: string;
  readonly state: string;
  readonly agent: string | null;
  readonly conversation_id: string | null;
  readonly lease: unknown;
  readonly waiting_messages: number;
  readonly session: { readonly session_id: string; readonly is_running: boolean } | null;
  readonly last_output: string | null;
  readonly outcome?: string;
  readonly message?: { readonly delivered: boolean };
  readonly history?: readonly Readonly<Record<string, unknown>>[];
}

interface ActionRecord {
  readonly action: string;
  readonly identity: string;
  readonly result: string;
}

describe('a team of named agents on the command line', () => {
  let program: string;
  let cli: SessionCli;

  before(async () => {
    program = await buildChildProgram(new URL('./identitiesCli.ts', import.meta.url));
  });
  beforeEach(async () => {
    cli = await SessionCli.make(program);
    const agent = { name: 'Scripted', command: process.execPath };
    const path = join(cli.root, 'home', '.heddle-agents', 'agents.json');
    writeFileSync(path, JSON.stringify({ scripted: agent, other: { ...agent, name: 'Other' } }));
  });
  afterEach(() => cli.dispose());

  const specPath = (name: string): string =>
    join(cli.root, '.heddle', 'identities', `${name}.toml`);
  const describeAgent = (name: string, ...lines: readonly string[]): void => {
    mkdirSync(join(cli.root, '.heddle', 'identities'), { recursive: true });
    const text = lines.length === 0 ? ['agent = "scripted"'] : lines;
    writeFileSync(specPath(name), `${text.join('\n')}\n`);
  };
  const send = (name: string, steps: readonly ScriptStep[], ...flags: readonly string[]) =>
    ['identity', 'send', name, '--prompt', scriptPrompt(steps), ...flags] as const;
  const untilFile = (name: string): ScriptStep => ({
    do: 'await-file',
    path: join(cli.root, name),
  });
  const make = (name: string): void => writeFileSync(join(cli.root, name), '');
  const show = (name: string): Promise<IdentityRecord> => cli.json('identity', 'show', name);
  const continuity = (): OpenContinuity =>
    openContinuity(heddleRootAt(cli.root), { probe: createProcessProbe(), home: cli.env.HOME });
  /** Leaves a message in an inbox, as somebody else who knows of no owner. */
  const leave = (name: string, steps: readonly ScriptStep[]): Promise<unknown> =>
    continuity().inbox.put(parseAgentIdentity(name), {
      ...{ from: 'Ann', text: scriptPrompt(steps), origin: 'person', kind: 'send' },
    });
  /** An agent as anybody sees it, without a process for each look. */
  const look = async (name: string): Promise<ListedIdentity | undefined> => {
    const { identities } = await listIdentities({
      ...{ location: heddleRootAt(cli.root), probe: createProcessProbe() },
      ...{ specs: new IdentitySpecFiles(cli.root), continuity: continuity() },
    });
    return identities.find(({ identity }) => identity === name);
  };
  const untilRunning = (name: string): Promise<void> =>
    eventually(`${name} is at work`, async () => (await look(name))?.session?.isRunning === true);
  const sessions = async (): Promise<readonly SessionRecord[]> =>
    (await cli.json<{ readonly sessions: readonly SessionRecord[] }>('session', 'list')).sessions;
  const reconcile = async (...flags: readonly string[]): Promise<readonly string[]> => {
    const { actions } = await cli.json<{ readonly actions: readonly ActionRecord[] }>(
      ...['identity', 'reconcile', ...flags],
    );
    return actions.map(({ action, identity, result }) => `${identity} ${action} ${result}`);
  };

  it('follows descriptions that changed, once it is asked to and not only to say what follows', async () => {
    describeAgent('reviewer');
    equal((await cli.run(...send('reviewer', [{ do: 'tell', count: 1 }]))).code, 0);
    const before = await show('reviewer');
    describeAgent('reviewer', 'agent = "other"');
    deepEqual(await reconcile('--dry-run'), ['reviewer respawn planned']);
    deepEqual(await reconcile('--dry-run'), ['reviewer respawn planned'], 'nothing was done');
    const real = await cli.run('identity', 'reconcile');
    equal(real.code, 0, real.stderr);
    match(real.stdout, /^Done: .*reviewer/);
    deepEqual(await reconcile(), [], 'it is as it is described');
    const after = await show('reviewer');
    deepEqual([after.lease, after.agent], [null, 'other']);
    equal((await sessions()).length, 1, 'nobody was started');
    equal((await cli.run(...send('reviewer', [{ do: 'tell', count: 1 }]))).code, 0);
    equal((await sessions()).filter(({ agent }) => agent === 'other').length, 1);
    // Another program cannot go on with the conversation of the first.
    ok(after.conversation_id !== before.conversation_id);
    equal((await show('reviewer')).conversation_id, after.conversation_id);
  });

  it('ends what is not described any more only for whoever says so twice', async () => {
    describeAgent('reviewer');
    equal((await cli.run(...send('reviewer', [{ do: 'until-cancelled' }], '--detach'))).code, 0);
    rmSync(specPath('reviewer'));
    const asked = await cli.run('identity', 'reconcile');
    equal(asked.code, 2);
    match(asked.stderr, /Something that runs would be ended: reviewer is not described any more/);
    equal((await look('reviewer'))?.session?.isRunning, true);
    deepEqual(await reconcile('--yes'), ['reviewer retire done']);
    await eventually('it has ended', async () => !(await look('reviewer'))?.session?.isRunning);
    const [session] = await sessions();
    equal(session?.state, 'cancelled');
    deepEqual(await reconcile(), []);
  });

  it('leaves alone what another process owns, and says so', async () => {
    describeAgent('reviewer');
    const owner = cli.spawn(...send('reviewer', [untilFile('go')]));
    const end = ended(owner);
    await untilRunning('reviewer');
    // A turn that runs is kept from the moment it began.
    describeAgent('reviewer', 'agent = "other"');
    const { code, stdout, stderr } = await cli.run('identity', 'reconcile', '--yes');
    equal(code, 3, stderr);
    match(stdout, /^Not done: .*reviewer/);
    match(stderr, new RegExp(`reviewer is owned by .*\\(process ${owner.pid}\\)`));
    equal((await look('reviewer'))?.session?.isRunning, true);
    make('go');
    equal((await end).code, 0);
  });

  it('is started all at once, and what went wrong with one keeps nobody else from it', async () => {
    for (const name of ['backend', 'docs']) describeAgent(name);
    describeAgent('lost', 'agent = "nowhere"');
    const owner = cli.spawn(...send('backend', [untilFile('go')]));
    const end = ended(owner);
    await untilRunning('backend');
    await leave('docs', [{ do: 'tell', count: 1 }]);

    const people = await cli.run('identity', 'start', '--all');
    equal(people.code, 1, people.stderr);
    const holder = `heddle-agents of .* \\(process ${owner.pid}\\)`;
    match(people.stdout, new RegExp(`^backend: held elsewhere\\. ${holder} owns it`, 'm'));
    match(people.stdout, /^docs: created\. It begins a new conversation\.$/m);
    match(people.stdout, /^lost: broken\. .*no agent "nowhere"/m);
    match(people.stdout, /\n1 held elsewhere, 1 created, 1 broken\.\n$/);
    match(people.stdout, /^session-\w+ {2}docs \(scripted\) {2}running$/m);
    equal((await look('docs'))?.waitingMessages, 0, 'what waited was brought');

    const { code, stdout } = await cli.run('identity', 'start', '--all', '--json');
    equal(code, 1);
    const { identities } = JSON.parse(stdout) as { readonly identities: readonly IdentityRecord[] };
    deepEqual(
      identities.map(({ identity, outcome }) => [identity, outcome]),
      [
        ['backend', 'held_elsewhere'],
        ['docs', 'resumed'],
        ['lost', 'broken'],
      ],
    );
    // Without the broken one the worst is that somebody else has one.
    rmSync(specPath('lost'));
    equal((await cli.run('identity', 'start', '--all')).code, 3);
    make('go');
    equal((await end).code, 0);
    equal((await cli.run('identity', 'start', '--all')).code, 0);
  });

  it('start --all says whose description cannot be used, and starts the others', async () => {
    describeAgent('docs');
    describeAgent('wrong', 'agent = "scripted"', 'command = "rm -rf /"');
    const { code, stdout, stderr } = await cli.run('identity', 'start', '--all');
    equal(code, 1);
    match(stdout, /^docs: created\./m);
    match(stderr, /wrong\.toml:2: .*command.* does not belong here/);
    equal((await show('docs')).state, 'dormant');
  });

  it('is dispatched to without an owner, also those that people cannot send to', async () => {
    describeAgent('docs', 'agent = "scripted"', 'addressability = "internal_only"');
    const prompt = scriptPrompt([{ do: 'tell', count: 1 }]);
    const refused = await cli.run('identity', 'send', 'docs', '--prompt', prompt);
    equal(refused.code, 2);
    match(refused.stderr, /docs takes no messages from people and peers/);
    const told = await cli.json<IdentityRecord>(
      ...['identity', 'dispatch', 'docs', '--prompt', prompt],
      ...['--origin', 'scheduler', '--correlation', 'job-1'],
    );
    deepEqual([told.message?.delivered, told.lease, told.session?.is_running], [true, null, false]);
    const { history = [] } = await show('docs');
    const message = history.find(({ kind }) => kind === 'message');
    deepEqual(
      [message?.origin, message?.mode, message?.correlation_id],
      ['scheduler', 'dispatch', 'job-1'],
    );
  });

  it('wait fails at once for a name that is nobody’s', async () => {
    for (const args of [[], ['--contains', 'x'], ['--timeout', '10h']]) {
      const { code, stderr } = await cli.run('identity', 'wait', 'nobody', ...args);
      equal(code, 4);
      match(stderr, /There is no agent named nobody here/);
    }
  });

  it('inspect tells what one says while it is at work, and afterwards', async () => {
    describeAgent('reviewer');
    const steps: ScriptStep[] = [{ do: 'tell', count: 1 }, untilFile('go')];
    equal((await cli.run(...send('reviewer', steps, '--detach'))).code, 0);
    await eventually('it has said something', async () => {
      const { session, last_output: said } = await cli.json<IdentityRecord>(
        ...['identity', 'inspect', 'reviewer'],
      );
      return session?.is_running === true && said?.trim() === '1';
    });
    match((await cli.run('identity', 'inspect', 'reviewer')).stdout, /It is at work in session-/);
    make('go');
    equal((await cli.run('identity', 'wait', 'reviewer')).code, 0);
    const { stdout } = await cli.run('identity', 'inspect', 'reviewer');
    doesNotMatch(stdout, /at work/);
    match(stdout, /^reviewer {2}scripted {2}asleep\n/);
  });

  it('Ctrl-C during start ends the turn, and nobody owns the agent any more', async () => {
    describeAgent('reviewer');
    await leave('reviewer', [{ do: 'until-cancelled' }]);
    const child = cli.spawn('identity', 'start', 'reviewer');
    const end = ended(child);
    await untilRunning('reviewer');
    await eventually('it shows the session', async () => {
      const found = await look('reviewer');
      return found?.waitingMessages === 0 && found.lease !== undefined;
    });
    child.kill('SIGINT');
    const { code, stderr } = await end;
    equal(code, 1, stderr);
    match(stderr, /was asked to stop/);
    const after = await look('reviewer');
    deepEqual([after?.session?.isRunning, after?.lease], [false, undefined]);
    equal((await sessions())[0]?.state, 'cancelled');
    equal((await cli.run('identity', 'start', 'reviewer')).code, 0, 'it can be gone on with');
  });

  it('Ctrl-C in a later turn is told of that turn alone', async () => {
    describeAgent('reviewer');
    await leave('reviewer', [{ do: 'tell', count: 1 }]);
    await leave('reviewer', [{ do: 'tell', count: 1 }, { do: 'until-cancelled' }]);
    await leave('reviewer', [{ do: 'tell', count: 1 }]);
    const child = cli.spawn('identity', 'start', 'reviewer');
    const end = ended(child);
    let stdout = '';
    child.stdout.on('data', (text: string) => (stdout += text));
    await eventually('the second turn is shown', () => stdout.match(/^session-/gm)?.length === 2);
    child.kill('SIGINT');
    const { code, stderr } = await end;
    equal(code, 1, stderr);
    equal(stderr.match(/was asked to stop/g)?.length, 1, stderr);
    doesNotMatch(stderr, /could not be asked|goes on without/);
    const after = await look('reviewer');
    deepEqual([after?.lease, after?.waitingMessages], [undefined, 1]);
    deepEqual((await sessions()).map(({ state }) => state).sort(), ['cancelled', 'done']);
  });

  it('many turns one after the other leave nothing behind', async () => {
    describeAgent('reviewer');
    for (let i = 0; i < 12; i += 1) await leave('reviewer', [{ do: 'tell', count: 1 }]);
    const { code, stdout, stderr } = await cli.run('identity', 'start', 'reviewer');
    equal(code, 0, stderr);
    equal(stderr, '');
    equal(stdout.match(/^It is done\.$/gm)?.length, 12);
  });

  it('Ctrl-C of a start that prints a document leaves the turn to itself', async () => {
    describeAgent('reviewer');
    await leave('reviewer', [untilFile('go')]);
    const child = cli.spawn('identity', 'start', 'reviewer', '--json');
    const end = ended(child);
    await untilRunning('reviewer');
    await eventually('it was brought', async () => (await look('reviewer'))?.waitingMessages === 0);
    child.kill('SIGINT');
    const { code, stdout } = await end;
    equal(code, 1);
    const told = JSON.parse(stdout) as IdentityRecord;
    deepEqual([told.outcome, told.lease, told.session?.is_running], ['created', null, true]);
    make('go');
    equal((await cli.run('identity', 'wait', 'reviewer')).code, 0);
  });

  it('a start that is killed leaves an agent that anybody can go on with at once', async () => {
    describeAgent('reviewer');
    const child = cli.spawn(...send('reviewer', [untilFile('go')]));
    const end = ended(child);
    await untilRunning('reviewer');
    child.kill('SIGKILL');
    await end;
    make('go');
    const next = await cli.run('identity', 'start', 'reviewer');
    equal(next.code, 0, next.stderr);
    equal((await look('reviewer'))?.lease, undefined);
  });

  it('of messages that are sent at the same moment each is brought once', async () => {
    describeAgent('reviewer');
    const count = 8;
    const files = Array.from({ length: count }, (_, i) => `said-${i}`);
    const ends = await Promise.all(
      files.map((name) =>
        cli.run(...send('reviewer', [{ do: 'tell', count: 1 }], '--correlation', name, '--json')),
      ),
    );
    for (const { code, stderr } of ends) equal(code, 0, stderr);
    equal((await look('reviewer'))?.waitingMessages, 0, 'none waits for nobody');
    const { history = [] } = await cli.json<IdentityRecord>(
      ...['identity', 'show', 'reviewer', '--history', '1000'],
    );
    const brought = history.flatMap(({ kind, correlation_id: id }) =>
      kind === 'message' ? [id] : [],
    );
    deepEqual(brought.sort(), files);
    equal((await sessions()).length, count);
    ok(!existsSync(join(cli.root, '.heddle', 'continuity', 'reviewer', 'lease.json.tmp')));
  });

  it('of two starts at the same moment one owns the agent and the other is told who does', async () => {
    describeAgent('reviewer');
    await leave('reviewer', [untilFile('go')]);
    const children = [0, 1].map(() => cli.spawn('identity', 'start', 'reviewer', '--json'));
    const ends = children.map((child) => ended(child));
    const first = await Promise.race(ends);
    equal(first.code, 3, first.stdout + first.stderr);
    match(first.stderr, /reviewer is owned by heddle-agents of .*\(process \d+\)/);
    await untilRunning('reviewer');
    make('go');
    const codes = (await Promise.all(ends)).map(({ code }) => code).sort();
    deepEqual(codes, [0, 3]);
    equal((await sessions()).length, 1);
  });
});
