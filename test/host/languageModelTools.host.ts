import { strict as assert } from 'node:assert';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as vscode from 'vscode';
import manifest from '../../package.json';
import { prepareTool } from '../../src/extension/languageModelConfirmation.ts';
import {
  languageModelTools,
  type LanguageModelToolName,
} from '../../src/extension/languageModelToolTable.ts';
import { mcpServerFor } from '../../src/extension/mcpServerDefinitions.ts';
import { eventually } from '../support/eventually.ts';
import { HostHolds } from '../support/hostHolds.ts';
import { heddleExtension, run } from '../support/hostWorld.ts';

interface Said {
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const copilot = 'Copilot in VS Code';

describe('the tools for language models', () => {
  let holds: HostHolds;

  before(async () => {
    holds = await HostHolds.open();
    await holds.registry.until('the registry is there', ({ state }) => state !== 'absent');
  });
  afterEach(() => holds.clear());

  const call = async (
    name: LanguageModelToolName,
    input: object = {},
    token?: vscode.CancellationToken,
  ): Promise<Said> => {
    const options = { input, toolInvocationToken: undefined };
    const { content } = await vscode.lm.invokeTool(name, options, token);
    const [text, data] = content.map((part) => {
      assert.ok(part instanceof vscode.LanguageModelTextPart);
      return part.value;
    });
    return { text: text ?? '', data: JSON.parse(data ?? '') as Said['data'] };
  };
  const names = (value: unknown): readonly string[] =>
    (value as readonly { readonly name: string }[]).map(({ name }) => name);

  it('are offered as the manifest declares them', () => {
    const declared = manifest.contributes.languageModelTools;
    assert.deepEqual(
      declared.map(({ name, inputSchema }) => [name, inputSchema]),
      Object.entries(languageModelTools).map(([name, { inputSchema }]) => [name, inputSchema]),
    );
    const offered = vscode.lm.tools.map(({ name }) => name);
    for (const { name } of declared) assert.ok(offered.includes(name), name);
  });

  it('heddle_list_agents tells who is at work', async () => {
    const sessionId = await holds.registry.cliAgent('register', '--harness', 'codex');
    const { text, data } = await call('heddle_list_agents');
    assert.match(text, new RegExp(`Codex, ${sessionId}`));
    assert.deepEqual(data.caller, { session_id: null, name: copilot, source: 'window' });
  });

  it('heddle_lock_files takes files for a holder beside the person, and says who is in the way', async () => {
    const { data, text } = await call('heddle_lock_files', { paths: ['src/main.ts'] });
    assert.equal(data.outcome, 'granted');
    assert.match(text, /10 min left, token \d+/);
    const lock = await holds.until('it is shown', ({ path }) => path === 'src/main.ts');
    assert.deepEqual([lock.holder.name, lock.holder.isMine], [copilot, false]);
    assert.equal((await holds.tryAs('codex', 'src/main.ts')).outcome, 'held');
    const refused = await run<{ outcome: string }>('heddle.file.lock', holds.file('src/main.ts'));
    assert.equal(refused.outcome, 'held');
    await holds.lockAs('codex', 'README.md', '--reason', 'rewrite');
    const other = await call('heddle_lock_files', { paths: ['README.md'] });
    assert.deepEqual(names(other.data.holders), ['codex']);
    assert.match(other.text, /README\.md is held by codex.*rewrite/);
  });

  it('heddle_unlock_files gives back what it holds, and nothing of others', async () => {
    await holds.lockAs('codex', 'README.md');
    await call('heddle_lock_files', { paths: [holds.file('src/main.ts').fsPath] });
    const { text } = await call('heddle_unlock_files', { paths: ['README.md'] });
    assert.match(text, /held by codex, .*not by you/);
    await call('heddle_unlock_files', { all: true });
    assert.deepEqual(
      holds.known.map(({ holder }) => holder.name),
      ['codex'],
    );
  });

  it('heddle_may_edit and heddle_list_locks look and take nothing', async () => {
    await holds.lockAs('codex', 'src');
    const { data, text } = await call('heddle_may_edit', { paths: ['src/main.ts', 'README.md'] });
    assert.equal(data.allowed, false);
    assert.match(text, /No: src is held by codex[^]*Yes: nobody else holds README\.md/);
    assert.match((await call('heddle_list_locks')).text, /src: codex/);
    assert.equal(holds.known.length, 1);
  });

  it('heddle_wait_for_files is woken by a release', async () => {
    await holds.lockAs('codex', 'src/main.ts');
    const waiting = call('heddle_wait_for_files', { paths: ['src/main.ts'] });
    await untilWaiting(true);
    await holds.registry.cli('unlock', '--all', '--agent', 'codex');
    const { data } = await waiting;
    assert.deepEqual([data.outcome, data.position], ['granted', 1]);
  });

  it('heddle_wait_for_files leaves the queue when it is cancelled', async () => {
    await holds.lockAs('codex', 'src/main.ts');
    const cancel = new vscode.CancellationTokenSource();
    const waiting = call('heddle_wait_for_files', { paths: ['src/main.ts'] }, cancel.token).then(
      () => undefined,
      () => undefined,
    );
    await untilWaiting(true);
    cancel.cancel();
    await waiting;
    await untilWaiting(false);
    cancel.dispose();
  });

  it('heddle_reserve_thread makes one entry, of which the person is the parent, until it is released', async () => {
    const { data } = await call('heddle_reserve_thread', { thread: 'feature/x', task: 'Do x' });
    assert.equal(data.outcome, 'reserved');
    const sessionId = String(data.session_id);
    const entry = await holds.registry.cliShow(sessionId);
    assert.deepEqual(
      [entry.harness, entry.thread, entry.attach_reason, entry.liveness],
      ['copilot', 'feature/x', 'Do x', 'alive'],
    );
    assert.match(String(entry.native_parent_actor_key), /^human:/);
    const again = await call('heddle_reserve_thread', { thread: 'feature/y' });
    assert.equal(again.data.session_id, sessionId);
    const { text } = await call('heddle_release_thread', { status: 'merged' });
    assert.match(text, /feature\/y is free/);
    await holds.registry.untilAgent(sessionId, ({ status }) => status === 'merged');
  });

  it('act for the session that a hook wrote into the call', async () => {
    const sessionId = await holds.registry.cliAgent('register', '--harness', 'copilot');
    await call('heddle_lock_files', { paths: ['README.md'], _heddleSession: sessionId });
    const lock = await holds.until('it is shown', ({ path }) => path === 'README.md');
    assert.equal(lock.holder.sessionId, sessionId);
    const unknown = { paths: ['src'], _heddleSession: 'agent-none' };
    const { data } = await call('heddle_lock_files', unknown);
    assert.deepEqual(data.caller, { session_id: null, name: copilot, source: 'window' });
  });

  it('answer what cannot be done with one sentence', async () => {
    for (const [input, why] of [
      [{ paths: ['../outside'] }, /outside the repository/],
      [{ paths: ['/etc/passwd'] }, /outside the repository/],
      [{ paths: ['a'], folder: 'none' }, /No open folder is named "none"/],
    ] as const) {
      const { text, data } = await call('heddle_lock_files', input);
      assert.match(text, why);
      assert.ok('error' in data);
    }
    await holds.registry.reset();
    const { text } = await call('heddle_list_locks');
    assert.match(text, /There is no registry in .*Initialise Registry/);
  });

  it('are confirmed where something changes, with text that cannot become markup', () => {
    const input = { paths: ['[a](command:x)', 'b'], thread: '`t`' };
    for (const { effect } of Object.values(languageModelTools)) {
      const { confirmationMessages, invocationMessage } = prepareTool(effect, input);
      assert.ok(invocationMessage, effect);
      assert.equal(confirmationMessages !== undefined, effect !== 'nothing', effect);
      const message = confirmationMessages?.message;
      if (message === undefined) continue;
      assert.ok(message instanceof vscode.MarkdownString);
      assert.ok(!message.value.includes('[a](command:x)'), message.value);
      assert.ok(message.isTrusted !== true);
    }
    for (const odd of [undefined, null, 7, {}, { paths: [7] }]) prepareTool('lock', odd);
  });

  const untilWaiting = (isWaiting: boolean): Promise<void> =>
    eventually(`Copilot ${isWaiting ? 'waits' : 'waits no more'}`, async () => {
      const { json } = await holds.registry.cli('locks');
      return names(json.waiting).includes(copilot) === isWaiting;
    });
});

describe('the server that the editor is offered', () => {
  it('runs on the editor’s own runtime and speaks the protocol', async () => {
    const { root } = (await HostHolds.open()).registry;
    const { extensionUri } = heddleExtension();
    const options = { extensionUri, version: '1', isOneOfSeveral: false };
    const { command, args, env, cwd, label } = mcpServerFor(root, options);
    assert.deepEqual([label, cwd?.fsPath], ['Heddle Agents', root]);
    const child = spawn(command, args, {
      cwd: cwd?.fsPath,
      env: { ...process.env, ...(env as Record<string, string>) },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    const hello = {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 'x', version: '1' },
    };
    for (const message of [
      { jsonrpc: '2.0', id: 1, method: 'initialize', params: hello },
      { jsonrpc: '2.0', method: 'notifications/initialized' },
      { jsonrpc: '2.0', id: 2, method: 'tools/list' },
    ]) {
      child.stdin.write(`${JSON.stringify(message)}\n`);
    }
    child.stdin.end();
    const [code] = (await once(child, 'close')) as [number | null];
    assert.equal(code, 0);
    const lines = output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: number });
    assert.deepEqual(
      lines.map(({ id }) => id),
      [1, 2],
    );
    assert.match(output, /may_i_edit/);
  });
});
