import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAgentIdentity } from '../../../src/core/identities/agentIdentity.ts';
import { isDone, says, update } from '../presentation/sessions/sessionEvents.ts';
import { CliSandbox, golden, stable, toDocument, type Fields } from './cliSandbox.ts';
import { continuityOf, conversationId, describeAgent, embody, own } from './namedAgents.ts';
import { logSession } from './sessionLogs.ts';

const reviewer = parseAgentIdentity('reviewer');

describe('identity verbs', () => {
  let sandbox: CliSandbox;
  beforeEach(() => {
    sandbox = new CliSandbox();
  });
  afterEach(() => sandbox.dispose());

  const identity = (...args: readonly string[]) => sandbox.run(['identity', ...args]);
  const json = async (...args: readonly string[]) => sandbox.json('identity', ...args);
  const plain = (text: string): string =>
    stable(text, sandbox.root).replaceAll(`process ${process.pid}`, 'process <pid>');
  const error = async (...args: readonly string[]): Promise<readonly unknown[]> => {
    const { code, document } = await json(...args);
    const { error: what } = document as { readonly error?: Fields };
    return [code, what?.code, what?.message];
  };

  /** Four agents, each in another state. */
  const makeTeam = async (): Promise<void> => {
    describeAgent(sandbox, 'reviewer', 'display_name = "Code reviewer"', 'peers = ["docs"]');
    describeAgent(sandbox, 'docs', 'addressability = "internal_only"', '[labels]', 'team = "web"');
    describeAgent(sandbox, 'backend');
    describeAgent(sandbox, 'bad', 'command = "rm -rf /"');
    await embody(sandbox, 'reviewer');
    await embody(sandbox, 'backend', {
      ...{ isLeft: true, state: 'broken', failure: 'resume_rejected' },
      detail: 'The agent does not know the conversation.',
    });
  };

  it('list shows everybody in the order of their names, and what cannot be used', async () => {
    await makeTeam();
    const { code, stdout, stderr } = await identity('list');
    equal(code, 0);
    // How wide the column of owners is follows from the number of this process.
    const narrow = (text: string): string => text.replaceAll(/ {2,}/g, '  ');
    equal(narrow(plain(stdout)), narrow(golden('identity-list')));
    match(plain(stderr), /^<root>\/\.heddle\/identities\/bad\.toml:2: .*command/);
  });

  it('list as a document has every field of everybody', async () => {
    await makeTeam();
    const { code, document } = await json('list');
    equal(code, 0);
    deepEqual(Object.keys(document), ['identities']);
    const text = `${JSON.stringify(document.identities, null, 2)}\n`;
    const steady = plain(text)
      .replaceAll(`"pid": ${process.pid}`, '"pid": 1')
      .replace(/"[0-9a-f]{64}"/g, '"<digest>"');
    equal(steady, golden('identity-list-json'));
  });

  it('says how to name the first one, and reads no registry into being', async () => {
    const { code, stdout, stderr } = await identity('list');
    deepEqual([code, stdout], [0, '']);
    match(stderr, /No agents are named yet\. "heddle-agents identity new NAME"/);
    ok(!existsSync(join(sandbox.root, '.heddle', 'continuity')));
  });

  it('show tells all that is known and what happened', async () => {
    await makeTeam();
    const { history, inbox } = continuityOf(sandbox);
    const atMs = sandbox.nowMs;
    await history.append(reviewer, [
      { kind: 'lease_acquired', token: 1, by: 'a window of Ada', atMs },
      { kind: 'note', detail: 'Hello\u001b[31m', atMs },
    ]);
    await inbox.put(reviewer, { from: 'Ada', text: 'Look.', origin: 'person', kind: 'send' });
    const { code, stdout } = await identity('show', 'reviewer');
    equal(code, 0);
    equal(plain(stdout), golden('identity-show'));
    const few = await json('show', 'reviewer', '--history', '1');
    deepEqual(few.document.history, [{ at_ms: atMs, kind: 'note', detail: 'Hello\u001b[31m' }]);
    deepEqual((await json('show', 'reviewer', '--history', '0')).document.history, []);
  });

  it('show says of a broken one why and what to do', async () => {
    await makeTeam();
    const { stdout } = await identity('show', 'backend');
    match(
      stdout,
      /Its conversation could not be gone on with: The agent does not know the conversation\. Respawn it/,
    );
  });

  it('a name that is nobody’s is not found, and one that can be nobody’s is wrong usage', async () => {
    describeAgent(sandbox, 'reviewer');
    for (const verb of ['show', 'inspect', 'wait', 'start', 'respawn', 'retire', 'checkpoint']) {
      const [code, what, message] = await error(verb, 'nobody');
      deepEqual([verb, code, what], [verb, 4, 'unknown-identity']);
      match(String(message), /no agent named nobody here\. "heddle-agents identity list" shows/);
      deepEqual((await error(verb, '../x')).slice(0, 2), [2, 'usage'], verb);
    }
    deepEqual((await error('reset', 'nobody', '--yes')).slice(0, 2), [4, 'unknown-identity']);
    deepEqual((await error('delete', 'nobody', '--yes')).slice(0, 2), [4, 'unknown-identity']);
    deepEqual((await error('send', 'nobody', '--prompt', 'x')).slice(0, 2), [
      4,
      'unknown-identity',
    ]);
  });

  it('a name that is misspelt is answered with the one that was meant', async () => {
    match(String((await error('show', 'reviwer'))[2]), /"heddle-agents identity new reviwer" does/);
    for (const name of ['reviewer', 'docs', 'backend']) describeAgent(sandbox, name);
    for (const [written, meant] of [
      ['reviwer', 'reviewer'],
      ['Reviewer', 'reviewer'],
      ['dosc', 'docs'],
      ['backends', 'backend'],
    ] as const) {
      const [, , message] = await error('show', written);
      match(String(message), new RegExp(`here\\. Did you mean ${meant}\\? "heddle-agents`));
    }
    ok(!String((await error('show', 'x'))[2]).includes('Did you mean'));
    ok(!String((await error('show', 'frontend'))[2]).includes('Did you mean docs'));
  });

  it('what another process owns is refused with who has it, and nothing is changed', async () => {
    await makeTeam();
    const before = await json('list');
    for (const verb of [
      ...[['start'], ['respawn'], ['checkpoint'], ['retire']],
      ...[
        ['reset', '--yes'],
        ['delete', '--yes'],
      ],
    ]) {
      const [name = '', ...flags] = verb;
      const [code, what, message] = await error(name, 'reviewer', ...flags);
      deepEqual([name, code, what], [name, 3, 'held']);
      match(String(message), /owned by a window of Ada \(process \d+\)\. Do it there/);
    }
    deepEqual(await json('list'), before);
  });

  it('send leaves a message for a living owner, once for each key', async () => {
    await makeTeam();
    const { code, document } = await json('send', 'reviewer', '--prompt', 'Look.', '--key', 'k');
    equal(code, 0);
    const { message, waiting_messages: count } = document as {
      readonly message: Fields;
      readonly waiting_messages: number;
    };
    deepEqual([message.delivered, count], [false, 1]);
    const again = await identity('send', 'reviewer', '--prompt', 'Look.', '--key', 'k');
    match(again.stdout, /in the inbox of reviewer; a window of Ada \(process \d+\) owns it/);
    const { messages } = await continuityOf(sandbox).inbox.list(reviewer);
    deepEqual(
      messages.map(({ id, text, origin, kind }) => [id, text, origin, kind]),
      [[message.message_id, 'Look.', 'person', 'send']],
    );
  });

  it('an agent that calls is never a person, and a named one has its own way', async () => {
    await makeTeam();
    const send = (env: Readonly<Record<string, string>>) =>
      sandbox.run(['identity', 'send', 'reviewer', '--prompt', 'x'], { env });
    equal((await send({ HEDDLE_AGENTS_SESSION: 'agent-a' })).code, 0);
    const { messages } = await continuityOf(sandbox).inbox.list(reviewer);
    deepEqual([messages[0]?.from, messages[0]?.origin], ['agent-a', 'connector']);
    const refused = await send({ HEDDLE_AGENTS_IDENTITY: 'docs' });
    equal(refused.code, 2);
    match(refused.stderr, /send_to_peer only/);
    equal((await continuityOf(sandbox).inbox.list(reviewer)).messages.length, 1);
  });

  it('an agent is known by its process where its environment was emptied', async () => {
    await makeTeam();
    // The process above this one stands for the agent that calls.
    const args = ['--harness', 'codex', '--pid', String(process.ppid)] as const;
    const { session_id: sessionId } = await sandbox.agent('register', ...args);
    equal((await identity('send', 'reviewer', '--prompt', 'x')).code, 0);
    const { messages } = await continuityOf(sandbox).inbox.list(reviewer);
    deepEqual([messages[0]?.from, messages[0]?.origin], [sessionId, 'connector']);
    // It is at work as a named agent.
    await logSession(sandbox, {
      ...{ number: 1, isHosted: true, identity: 'docs' },
      contents: [update({ kind: 'other', name: 'agent-entry', value: { id: String(sessionId) } })],
    });
    const refused = await identity('send', 'reviewer', '--prompt', 'x');
    equal(refused.code, 2);
    match(refused.stderr, /send_to_peer only/);
    equal((await continuityOf(sandbox).inbox.list(reviewer)).messages.length, 1);
  });

  it('send minds whether an agent takes messages, dispatch does not', async () => {
    await makeTeam();
    await own(sandbox, 'docs');
    const [code, what] = await error('send', 'docs', '--prompt', 'x');
    deepEqual([code, what], [2, 'not-addressable']);
    const args = ['dispatch', 'docs', '--prompt', 'x', '--origin', 'scheduler'] as const;
    equal((await identity(...args)).code, 0);
    const { messages } = await continuityOf(sandbox).inbox.list(parseAgentIdentity('docs'));
    deepEqual(
      messages.map(({ origin, kind }) => [origin, kind]),
      [['scheduler', 'dispatch']],
    );
    equal((await identity('dispatch', 'docs', '--prompt', 'x', '--origin', 'person')).code, 2);
  });

  it('a text that is too long for an inbox is wrong usage, and a full inbox a failure', async () => {
    await makeTeam();
    const long = await error('send', 'reviewer', '--prompt', 'x'.repeat(70_000));
    deepEqual(long.slice(0, 2), [2, 'inbox-invalid']);
    const { inbox } = continuityOf(sandbox);
    for (let i = 0; i < 100; i += 1) {
      await inbox.put(reviewer, { from: 'x', text: 'x', origin: 'person', kind: 'send' });
    }
    deepEqual((await error('send', 'reviewer', '--prompt', 'x')).slice(0, 2), [1, 'inbox-full']);
  });

  it('a description that cannot be used keeps an agent from being started or sent to', async () => {
    await makeTeam();
    for (const args of [
      ['start', 'bad'],
      ['send', 'bad', '--prompt', 'x'],
    ]) {
      const [code, what, message] = await error(...args);
      deepEqual([code, what], [1, 'unusable']);
      match(String(message), /^bad cannot be used\. .*bad\.toml:2: .*command/);
    }
  });

  it('reset and delete say what will be lost and need to be told twice', async () => {
    await makeTeam();
    const [code, what, message] = await error('reset', 'backend');
    deepEqual([code, what], [2, 'usage']);
    match(
      String(message),
      /^Resetting backend .* is lost.*generation 2 with checkpoint 7\. Give --yes to do it\.$/,
    );
    match(String((await error('delete', 'backend'))[2]), /^Deleting backend .*cannot be undone/);
    equal((await json('show', 'backend')).document.conversation_id, conversationId);
  });

  it('delete removes what lasts and leaves the description', async () => {
    const path = describeAgent(sandbox, 'reviewer');
    await embody(sandbox, 'reviewer', { isLeft: true });
    const { code, document } = await json('delete', 'reviewer', '--yes');
    equal(code, 0);
    deepEqual(
      [document.state, document.generation, document.conversation_id],
      ['uninitialized', null, null],
    );
    ok(existsSync(path));
  });

  it('delete also removes an agent whose description is gone', async () => {
    await embody(sandbox, 'reviewer', { isLeft: true });
    deepEqual((await error('start', 'reviewer')).slice(0, 2), [1, 'unusable']);
    equal((await json('delete', 'reviewer', '--yes')).code, 0);
    deepEqual((await json('list')).document.identities, []);
  });

  it('new writes a description that can be used, and never over another', async () => {
    const { code, stdout } = await identity('new', 'reviewer', '--agent', 'codex');
    equal(code, 0);
    match(plain(stdout), /^Wrote <root>\/\.heddle\/identities\/reviewer\.toml\./);
    const path = join(sandbox.root, '.heddle', 'identities', 'reviewer.toml');
    match(readFileSync(path, 'utf8'), /^agent = "codex"$/m);
    writeFileSync(path, 'agent = "claude"\n');
    deepEqual((await error('new', 'reviewer')).slice(0, 2), [3, 'exists']);
    equal(readFileSync(path, 'utf8'), 'agent = "claude"\n');
    const [refused, what, message] = await error('new', 'docs', '--agent', 'rm -rf /');
    deepEqual([refused, what], [2, 'usage']);
    match(String(message), /There is no agent "rm -rf \/"\. There are: .*claude/);
  });

  it('start wants one name or --all, and never both', async () => {
    describeAgent(sandbox, 'reviewer');
    equal((await identity('start')).code, 2);
    equal((await identity('start', 'reviewer', '--all')).code, 2);
  });

  it('start says what keeps an agent from being started: nothing but a preset is run', async () => {
    const path = describeAgent(sandbox, 'reviewer');
    writeFileSync(path, 'agent = "sh"\n');
    const { code, stdout } = await sandbox.run(['identity', 'start', 'reviewer', '--json'], {
      env: { HOME: sandbox.root, PATH: '' },
    });
    equal(code, 1);
    match(JSON.stringify(toDocument(stdout)), /no agent \\\\?.?sh/);
  });

  it('inspect shows what is said last, by a session that runs before one that has ended', async () => {
    describeAgent(sandbox, 'reviewer');
    const sessionId = await logSession(sandbox, {
      ...{ number: 1, isHosted: true },
      contents: [says('Now I look.')],
    });
    await embody(sandbox, 'reviewer', { sessionId, isRunning: true });
    const { code, stdout } = await identity('inspect', 'reviewer');
    equal(code, 0);
    match(
      stdout,
      /^reviewer {2}claude {2}owned elsewhere\n.*at work in session-.*1\.\nNow I look\.\n$/,
    );
    equal((await json('inspect', 'reviewer')).document.last_output, 'Now I look.');
  });

  it('wait is over when nothing runs and nothing waits, as the last session ended', async () => {
    describeAgent(sandbox, 'reviewer');
    const sessionId = await logSession(sandbox, { number: 1, contents: [isDone] });
    await embody(sandbox, 'reviewer', { sessionId, isLeft: true });
    equal((await json('wait', 'reviewer')).code, 0);
    equal((await json('wait', 'reviewer', '--contains', 'Nothing to add')).code, 0);
    const { code, stderr } = await identity('wait', 'reviewer', '--contains', 'else');
    equal(code, 1);
    match(stderr, /reviewer is not running and has not said that\./);
  });

  it('wait does not wait for what nobody brings, and not longer than it may', async () => {
    describeAgent(sandbox, 'reviewer');
    await embody(sandbox, 'reviewer', { isLeft: true });
    const { inbox } = continuityOf(sandbox);
    await inbox.put(reviewer, { from: 'x', text: 'x', origin: 'person', kind: 'send' });
    const vain = await identity('wait', 'reviewer');
    equal(vain.code, 1);
    match(vain.stderr, /Messages wait for reviewer, and nobody owns it\. Start it\./);
    await own(sandbox, 'reviewer');
    const late = await identity('wait', 'reviewer', '--timeout', '0s');
    equal(late.code, 1);
    match(late.stderr, /took too long/);
  });

  it('reconcile says what follows from descriptions that changed, and starts nobody', async () => {
    describeAgent(sandbox, 'backend');
    const path = describeAgent(sandbox, 'reviewer');
    await embody(sandbox, 'reviewer', { isLeft: true });
    equal((await identity('reconcile')).stdout, 'Everything is as it is described.\n');
    writeFileSync(path, 'agent = "codex"\n');
    const sessionId = await logSession(sandbox, {
      ...{ number: 1, isHosted: true },
      contents: [says('Now I look.')],
    });
    await embody(sandbox, 'lost', { isLeft: true, sessionId, isRunning: true });
    await embody(sandbox, 'forgotten', { isLeft: true });
    const { code, stdout } = await identity('reconcile', '--dry-run');
    equal(code, 0);
    equal(stdout, golden('identity-reconcile'));
    const { document } = await json('reconcile', '--dry-run');
    deepEqual(document.actions, [
      { action: 'retire', identity: 'lost', agent: null, result: 'planned', detail: null },
      { action: 'respawn', identity: 'reviewer', agent: 'codex', result: 'planned', detail: null },
    ]);
    const [refused, what, message] = await error('reconcile');
    deepEqual([refused, what], [2, 'usage']);
    match(
      String(message),
      /^Something that runs would be ended: lost is not described any more;.* Give --yes/,
    );
  });

  it('help shows the verbs', async () => {
    const { code, stdout } = await sandbox.run(['help', 'identity']);
    equal(code, 0);
    equal(stdout, golden('help-identity'));
  });
});
