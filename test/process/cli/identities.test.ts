import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ListedIdentity } from '../../../src/core/identities/listedIdentity.ts';
import { heddleRootAt } from '../../../src/node/heddleRoot.ts';
import { IdentitySpecFiles } from '../../../src/node/identities/identitySpecFiles.ts';
import { listIdentities } from '../../../src/node/identities/listIdentities.ts';
import { openContinuity } from '../../../src/node/identities/openContinuity.ts';
import { createProcessProbe } from '../../../src/node/processProbe.ts';
import { buildChildProgram } from '../../support/childProgram.ts';
import { eventually } from '../../support/eventually.ts';
import { scriptPrompt, type ScriptStep } from '../../support/scriptedExecutor.ts';
import { SessionCli } from './sessionCli.ts';
import { ended } from './spawnCli.ts';

/** What tests read of a named agent. */
interface IdentityRecord {
  readonly identity: string;
  readonly state: string;
  readonly conversation_id: string | null;
  readonly generation: number | null;
  readonly checkpoint_version: number | null;
  readonly lease: { readonly token: number; readonly holder: { readonly pid: number } } | null;
  readonly waiting_messages: number;
  readonly session: { readonly session_id: string; readonly is_running: boolean } | null;
  readonly outcome?: string;
  readonly message?: { readonly delivered: boolean; readonly message_id: string | null };
  readonly history?: readonly { readonly kind: string }[];
}

describe('named agents on the command line', () => {
  let program: string;
  let cli: SessionCli;

  before(async () => {
    program = await buildChildProgram(new URL('./scriptedCli.ts', import.meta.url));
  });

  beforeEach(async () => {
    cli = await SessionCli.make(program);
    const made = await cli.run('identity', 'new', 'reviewer', '--agent', 'scripted');
    equal(made.code, 0, made.stderr);
  });

  afterEach(() => cli.dispose());

  const say = (verb: string, steps: readonly ScriptStep[], ...flags: readonly string[]) =>
    ['identity', verb, 'reviewer', '--prompt', scriptPrompt(steps), ...flags] as const;
  const show = (): Promise<IdentityRecord> => cli.json('identity', 'show', 'reviewer');
  const untilFile = (name: string): ScriptStep => ({
    do: 'await-file',
    path: join(cli.root, name),
  });
  const make = (name: string): void => writeFileSync(join(cli.root, name), '');
  /** The same without a process for each look. */
  const look = async (): Promise<ListedIdentity | undefined> => {
    const location = heddleRootAt(cli.root);
    const probe = createProcessProbe();
    const specs = new IdentitySpecFiles(cli.root);
    const home = cli.env.HOME;
    const continuity = openContinuity(location, { probe, home });
    const { identities } = await listIdentities({ location, specs, continuity, probe });
    return identities.find(({ identity }) => identity === 'reviewer');
  };
  const untilRunning = (): Promise<void> =>
    eventually('it is at work', async () => (await look())?.session?.isRunning === true);

  it('are sent to by a call that owns them until they are done, and keeps where they stand', async () => {
    const path = join(cli.root, '.heddle', 'identities', 'reviewer.toml');
    match(readFileSync(path, 'utf8'), /^agent = "scripted"$/m);
    equal((await cli.run('identity', 'new', 'reviewer')).code, 3);
    equal((await show()).state, 'uninitialized');

    const first = await cli.json<IdentityRecord>(...say('send', [{ do: 'tell', count: 2 }]));
    deepEqual(first.message, { delivered: true, message_id: null });
    const second = await cli.run(...say('send', [{ do: 'tell', count: 1 }]));
    equal(second.code, 0, second.stderr);
    match(second.stdout, /done/);
    const { history, ...now } = await show();
    deepEqual([now.state, now.generation, now.lease], ['dormant', 0, null]);
    equal(now.conversation_id, first.conversation_id);
    ok((now.checkpoint_version ?? 0) > (first.checkpoint_version ?? 0));
    const kinds = (history ?? []).map(({ kind }) => kind);
    equal(kinds.filter((kind) => kind === 'session_ended').length, 2);
    equal(kinds.filter((kind) => kind === 'message').length, 2);
    const { sessions } = await cli.json<{ readonly sessions: readonly unknown[] }>(
      'session',
      'list',
    );
    equal(sessions.length, 2);
  });

  it('take messages for a living owner, who is named to whoever wants more', async () => {
    const owner = cli.spawn(...say('send', [untilFile('go')], '--json'));
    const ownerEnd = ended(owner);
    await untilRunning();
    for (const verb of ['start', 'retire']) {
      const { code, stderr } = await cli.run('identity', verb, 'reviewer');
      equal(code, 3, `${verb}: ${stderr}`);
      match(stderr, new RegExp(`owned by heddle-agents of .* \\(process ${owner.pid}\\)`));
    }
    const left = await cli.json<IdentityRecord>(...say('send', [{ do: 'tell', count: 1 }]));
    deepEqual([left.message?.delivered, left.waiting_messages], [false, 1]);
    const waiting = cli.spawn(...say('send', [{ do: 'tell', count: 1 }], '--wait', '--json'));
    const waitEnd = ended(waiting);
    await eventually('both wait', async () => (await look())?.waitingMessages === 2);
    make('go');
    const [ownerDone, waitDone] = await Promise.all([ownerEnd, waitEnd]);
    equal(ownerDone.code, 0, ownerDone.stderr);
    equal(waitDone.code, 0, waitDone.stderr);
    const told = JSON.parse(waitDone.stdout) as IdentityRecord;
    equal(told.message?.delivered, true);
    const { waiting_messages: count, lease, session } = await show();
    deepEqual([count, lease, session?.is_running], [0, null, false]);
  });

  it('are gone on with when their owner was killed, under a higher token', async () => {
    const owner = cli.spawn(...say('send', [untilFile('go')]));
    await untilRunning();
    const before = await look();
    const end = ended(owner);
    owner.kill('SIGKILL');
    await end;
    equal((await look())?.lease, undefined);
    const next = cli.spawn('identity', 'start', 'reviewer', '--json');
    const nextEnd = ended(next);
    await eventually('the next one owns it', async () => {
      const lease = (await look())?.lease;
      if (lease?.holder.pid !== next.pid) return false;
      return (lease?.token ?? 0) > (before?.lease?.token ?? 0);
    });
    make('go');
    const { code, stdout, stderr } = await nextEnd;
    equal(code, 0, stderr);
    const after = JSON.parse(stdout) as IdentityRecord;
    deepEqual(
      [after.outcome, after.conversation_id, after.generation],
      ['resumed', before?.record?.sessionId, before?.generation],
    );
    equal(after.session?.session_id, before?.session?.sessionId);
    equal(after.session?.is_running, false);
  });

  it('are left at work, waited for, and ended', async () => {
    const left = await cli.json<IdentityRecord>(...say('send', [untilFile('go')], '--detach'));
    deepEqual([left.lease, left.session?.is_running], [null, true]);
    equal((await cli.run('identity', 'wait', 'reviewer', '--timeout', '1s')).code, 1);
    const waited = ended(cli.spawn('identity', 'wait', 'reviewer'));
    make('go');
    equal((await waited).code, 0);
    await cli.run(...say('send', [{ do: 'until-cancelled' }], '--detach'));
    const retired = await cli.json<IdentityRecord>('identity', 'retire', 'reviewer');
    deepEqual([retired.session?.is_running, retired.lease], [false, null]);
    equal((await cli.run('identity', 'wait', 'reviewer')).code, 1);
  });

  it('keep their conversation until they are reset or deleted by those who say so twice', async () => {
    await cli.run(...say('send', [{ do: 'tell', count: 1 }]));
    const before = await show();
    for (const verb of ['reset', 'delete']) {
      const { code, stderr } = await cli.run('identity', verb, 'reviewer');
      equal(code, 2, stderr);
      match(stderr, /at generation 0 with checkpoint \d+\. Give --yes to do it\./);
    }
    deepEqual(await show(), before);
    const kept = await cli.json<IdentityRecord>('identity', 'checkpoint', 'reviewer');
    ok((kept.checkpoint_version ?? 0) > (before.checkpoint_version ?? 0));
    const again = await cli.json<IdentityRecord>('identity', 'respawn', 'reviewer');
    deepEqual([again.generation, again.conversation_id], [0, before.conversation_id]);
    const { identities } = await cli.json<{ readonly identities: readonly IdentityRecord[] }>(
      ...['identity', 'start', '--all'],
    );
    deepEqual(
      identities.map(({ identity, outcome, lease }) => [identity, outcome, lease]),
      [['reviewer', 'resumed', null]],
    );
    const reset = await cli.json<IdentityRecord>('identity', 'reset', 'reviewer', '--yes');
    equal(reset.generation, 1);
    ok(reset.conversation_id !== before.conversation_id);
    const gone = await cli.json<IdentityRecord>('identity', 'delete', 'reviewer', '--yes');
    deepEqual([gone.state, gone.generation, gone.conversation_id], ['uninitialized', null, null]);
    ok(existsSync(join(cli.root, '.heddle', 'identities', 'reviewer.toml')));
    equal((await cli.run('identity', 'show', 'nobody')).code, 4);
  });
});
