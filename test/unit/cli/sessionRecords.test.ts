import { deepEqual, equal, match } from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TerminalOutcome } from '../../../src/core/sessions/executionState.ts';
import type { PauseInfo } from '../../../src/core/sessions/pause.ts';
import type { EventContent } from '../../../src/core/sessions/progressEvent.ts';
import {
  aPause,
  asks,
  says,
  startMs,
  usualCourse,
} from '../presentation/sessions/sessionEvents.ts';
import { CliSandbox, golden, stable, toDocument, type Fields } from './cliSandbox.ts';
import { logSession } from './sessionLogs.ts';

const doneRecord = {
  session_id: 'session-00000000000000000001',
  agent: 'claude',
  identity: null,
  prompt: 'Fix the login',
  cwd: '/repo',
  state: 'done',
  created_at_ms: startMs - 1000,
  ended_at_ms: startMs + 60_000,
  host: null,
  entry_session_id: 'agent-abc',
  parent: null,
  resumes: null,
  pause: null,
  outcome: { state: 'done', value: 'Fixed.' },
  usage: {
    prompt_tokens: 30_000,
    completion_tokens: 1200,
    is_estimate: false,
    context_used: 31_000,
    context_size: 200_000,
    cost: { amount: 0.42, currency: 'USD' },
  },
  stop_reason: 'end_turn',
};

const form: PauseInfo = {
  kind: 'batch',
  prompts: [
    {
      queryId: 'q-0',
      text: 'How large?',
      subject: { kind: 'form', schema: { properties: { size: { type: 'number' } } } },
    },
    { queryId: 'q-1', text: 'Which name?' },
  ],
  pausedAtMs: startMs + 3000,
};

function ends(outcome: TerminalOutcome): EventContent {
  return { kind: 'state-transition', from: 'running', to: outcome.state, outcome };
}

const cancelReason = {
  code: 'user',
  detail: 'Not needed',
  by: 'Ana',
  requestedAtMs: startMs,
} as const;

/** The course of a session that is asking, of one that asks several things, and of each end. */
const everyState: readonly (readonly EventContent[])[] = [
  asks,
  [...asks.slice(0, 1), { kind: 'pause-requested', pause: form }],
  [
    { kind: 'cancel-requested', reason: cancelReason },
    ends({
      state: 'cancelled',
      cancel: {
        reason: cancelReason,
        observedAtMs: startMs + 9000,
        stateBefore: { state: 'paused', pause: aPause },
      },
    }),
  ],
  [
    ends({
      state: 'failed',
      failure: {
        kind: 'agent-error',
        message: 'Claude Code ended.',
        occurredAtMs: startMs + 5000,
        process: { exitCode: 3, stderrTail: 'everything is lost' },
      },
    }),
  ],
  usualCourse,
];

/** The host is this process here, whose number differs from run to run. */
function withoutPid(session: Fields): Fields {
  const { host } = session;
  return host === null ? session : { ...session, host: { ...(host as Fields), pid: '<pid>' } };
}

describe('session verbs over what is on file', () => {
  let sandbox: CliSandbox;
  beforeEach(() => {
    sandbox = new CliSandbox();
  });
  afterEach(() => sandbox.dispose());

  it('session list shows the newest first, with what each is at', async () => {
    await logSession(sandbox, { number: 1, contents: usualCourse });
    await logSession(sandbox, { number: 2, contents: asks, isHosted: true });
    await logSession(sandbox, { number: 3, contents: [says('x')], prompt: 'Hello\u001b[31m' });
    const { code, stdout, stderr } = await sandbox.run(['session', 'list']);
    equal(code, 0);
    equal(stderr, '');
    equal(stdout, golden('session-list'));
  });

  it('session list --json, show --json and wait --json print the same record', async () => {
    const id = await logSession(sandbox, { number: 1, contents: usualCourse });
    deepEqual((await sandbox.json('session', 'list')).document, { sessions: [doneRecord] });
    deepEqual((await sandbox.json('session', 'show', id)).document, doneRecord);
    deepEqual(await sandbox.json('session', 'wait', id), { code: 0, document: doneRecord });
    deepEqual(await sandbox.json('session', 'cancel', id), { code: 0, document: doneRecord });
  });

  it('session list --json and show --json print each state as it is documented', async () => {
    for (const [i, contents] of [...everyState].entries()) {
      await logSession(sandbox, { number: i + 1, contents, isHosted: i < 2 });
    }
    const { document } = await sandbox.json('session', 'list');
    const sessions = (document.sessions as Fields[]).map(withoutPid);
    equal(`${JSON.stringify({ sessions }, null, 2)}\n`, golden('session-list-json'));
    for (const session of document.sessions as Fields[]) {
      const { document: shown } = await sandbox.json('session', 'show', String(session.session_id));
      deepEqual(shown, session);
    }
  });

  it('session show prints the prompt, the figures and the whole course', async () => {
    const id = await logSession(sandbox, { number: 1, contents: usualCourse });
    const { code, stdout } = await sandbox.run(['session', 'show', id]);
    equal(code, 0);
    equal(stable(stdout, sandbox.root), golden('session-show'));
  });

  it('session show prints an open question with what it would change and how to answer', async () => {
    const id = await logSession(sandbox, { number: 2, contents: asks, isHosted: true });
    const { stdout } = await sandbox.run(['session', 'show', id]);
    equal(stable(stdout, sandbox.root), golden('session-show-question'));
  });

  it('session watch of a session that has ended prints its course and ends', async () => {
    const id = await logSession(sandbox, { number: 1, contents: usualCourse });
    const { code, stdout } = await sandbox.run(['session', 'watch', id]);
    equal(code, 0);
    equal(stdout, golden('session-watch'));
  });

  it('session watch --json prints the record, each event, and the record at the end', async () => {
    const id = await logSession(sandbox, { number: 1, contents: usualCourse });
    const { stdout } = await sandbox.run(['session', 'watch', id, '--json']);
    const documents = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Fields);
    deepEqual(documents[0], { type: 'session', session: doneRecord });
    deepEqual(documents.at(-1), documents[0]);
    const events = documents.slice(1, -1);
    equal(events.length, usualCourse.length);
    deepEqual(events[0], {
      type: 'event',
      event: { v: 1, sequence: 1, atMs: startMs + 1000, kind: 'tick', phase: 'running' },
    });
  });

  it('a session whose host is gone has failed, and says so', async () => {
    const id = await logSession(sandbox, { number: 3, contents: [says('x')] });
    const { code, document } = await sandbox.json('session', 'wait', id);
    equal(code, 1);
    equal(document.state, 'failed');
    equal((document.outcome as Fields).kind, 'host-died');
    const { stdout } = await sandbox.run(['session', 'wait', id]);
    equal(
      stdout,
      `${id} is failed.\nThe process that ran the session is gone: The process that ran this session ended before the session did.\n`,
    );
  });

  it('unknown sessions exit 4, impossible ids 2', async () => {
    const verbs = [['show'], ['watch'], ['wait'], ['cancel'], ['answer', '--text', 'x']];
    for (const [verb = '', ...flags] of verbs) {
      const outcome = async (id: string): Promise<unknown> => {
        const { code, document } = await sandbox.json('session', verb, id, ...flags);
        return [code, (document.error as Fields).code];
      };
      deepEqual(await outcome('session-nobody'), [4, 'not-found'], verb);
      deepEqual(await outcome('../../etc'), [2, 'invalid-session-id'], verb);
    }
  });

  it('session answer exits 3 when nothing is asked, and 1 when the host cannot be reached', async () => {
    const ended = await logSession(sandbox, { number: 1, contents: usualCourse });
    const lost = await logSession(sandbox, { number: 2, contents: asks, isHosted: true });
    const { code, stderr } = await sandbox.run(['session', 'answer', ended, '--text', 'x']);
    equal(code, 3);
    equal(stderr, 'heddle-agents: The session asks nothing now: it is done.\n');
    const { document, ...rest } = await sandbox.json(
      'session',
      'answer',
      lost,
      '--option',
      'allow',
    );
    equal(rest.code, 1);
    equal((document.error as Fields).code, 'host-unreachable');
  });

  it('session answer takes exactly one answer', async () => {
    for (const flags of [
      [],
      ['--option', 'a', '--text', 'b'],
      ['--field', 'nothing'],
      ['--text', ' '],
    ]) {
      const { code, stderr } = await sandbox.run(['session', 'answer', 'session-1', ...flags]);
      equal(code, 2, flags.join(' '));
      match(stderr, /^heddle-agents: .+\.\n$/);
    }
  });

  it('what cannot be read is said beside the others', async () => {
    await logSession(sandbox, { number: 1, contents: usualCourse });
    const folder = join(sandbox.root, '.heddle', 'sessions', 'session-broken');
    mkdirSync(folder);
    writeFileSync(join(folder, 'session.json'), '{');
    const { code, stdout, stderr } = await sandbox.run(['session', 'list', '--json']);
    equal(code, 0);
    deepEqual(toDocument(stdout), { sessions: [doneRecord] });
    match(stderr, /^Unreadable: .*session-broken\/session\.json: .+\n$/);
  });

  it('says what to do where there are no sessions', async () => {
    const { stdout, stderr } = await sandbox.run(['session', 'list']);
    equal(stdout, '');
    equal(stderr, 'No sessions yet. "heddle-agents session start" starts one.\n');
    deepEqual((await sandbox.json('session', 'list')).document, { sessions: [] });
  });
});
