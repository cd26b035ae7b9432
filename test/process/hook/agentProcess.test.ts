import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cliPath } from '../../support/cliPath.ts';
import { eventually } from '../../support/eventually.ts';
import { HookRepository, refusalIn } from './hookRepository.ts';
import { runHook } from './recordedRuns.ts';

const minuteMs = 60_000;

describe('the process of an agent', () => {
  let repository: HookRepository;

  beforeEach(() => {
    repository = new HookRepository();
  });
  afterEach(() => repository.dispose());

  const silence = { stdout: '', stderr: '', code: 0 };

  it('is the nearest one above the hook that is the agent', async () => {
    const a = repository.agent('a');
    await a.start();
    const { pid, processStart, bootId, harness } = await repository.entryOf('a');
    assert.deepEqual([pid, harness], [a.pid, 'claude-code']);
    assert.ok(processStart !== undefined && bootId !== undefined);
  });

  it('frees all that its agents hold when it is killed, without an event', async () => {
    const a = repository.agent('a');
    const [own, childs] = ['own.ts', 'childs.ts'].map((name) => {
      return { file_path: repository.path(name) };
    });
    await a.before('Write', own ?? {}, 't1');
    await a.before('Write', childs ?? {}, 't2', { agent_id: 'k1', agent_type: 'Explore' });
    const b = repository.agent('b');
    assert.ok(refusalIn(await b.before('Write', own ?? {}, 'b1')) !== undefined);
    await a.killed();
    assert.deepEqual(await b.before('Write', own ?? {}, 'b2'), silence);
    assert.deepEqual(await b.before('Write', childs ?? {}, 'b3'), silence);
    const { sessionId } = await repository.entryOf('b');
    const holders = (await repository.standing()).map(({ holder }) => holder.identity);
    assert.deepEqual(
      holders,
      [1, 2].map(() => ({ kind: 'session', sessionId })),
    );
    const entry = await repository.entryOf('a');
    assert.equal((await repository.registry.registry.livenessFor(entry)).liveness, 'dead');
  });

  it('is recorded anew when the session goes on in another one', async () => {
    const first = repository.agent('a');
    await first.before('Write', { file_path: repository.path('x.ts') }, 't1');
    const before = await repository.entryOf('a');
    await first.killed();
    const second = repository.agent('a');
    assert.deepEqual(await second.start('resume'), silence);
    const after = await repository.entryOf('a');
    assert.equal(after.sessionId, before.sessionId);
    assert.equal(after.pid, second.pid);
    assert.deepEqual(await repository.held(), []);
  });

  it('is not recorded when none above the hook is the agent, and locks last ten minutes', async () => {
    const payload = {
      session_id: 'thread-1',
      cwd: repository.root,
      hook_event_name: 'PreToolUse',
      tool_name: 'apply_patch',
      tool_input: { command: '*** Begin Patch\n*** Add File: x.ts\n+x\n*** End Patch' },
      tool_use_id: 'p1',
      model: 'gpt-5',
      turn_id: 'u1',
      permission_mode: 'default',
    };
    const place = { cwd: repository.root, harness: 'codex' } as const;
    assert.deepEqual(await runHook(JSON.stringify(payload), place), silence);
    const [entry] = await repository.entries();
    assert.equal(entry?.nativeActorKey, 'codex:thread:thread-1');
    assert.equal(entry.pid, undefined);
    const [standing] = await repository.standing();
    assert.deepEqual(standing?.lock.term, { kind: 'promised', ttlMs: 10 * minuteMs });
    assert.equal(standing.lock.isTurnBound, true);
  });

  it('is not the shell that runs the hook, nor the hook', async () => {
    const script = `${JSON.stringify(process.execPath)} ${JSON.stringify(cliPath())} hook claude-code; true`;
    const shell = spawn('sh', ['-c', script], { cwd: repository.root });
    const payload = {
      session_id: 's',
      cwd: repository.root,
      hook_event_name: 'SessionStart',
      source: 'startup',
    };
    shell.stdin.end(JSON.stringify(payload));
    await new Promise((resolve) => shell.on('close', resolve));
    const entry = await repository.entryOf('s');
    assert.notEqual(entry.pid, shell.pid);
  });

  it('is told by it that two agents without session ids are two', async () => {
    const older = { timestamp: 1, cwd: repository.root, toolName: 'bash', toolArgs: '{}' };
    await runHook(JSON.stringify(older), { cwd: repository.root });
    await runHook(JSON.stringify(older), { cwd: repository.root });
    const keys = (await repository.entries()).map(({ nativeActorKey }) => nativeActorKey);
    assert.equal(keys.length, 1);
    assert.match(keys[0] ?? '', /^copilot-cli:session:(?:folder|process)-/);
  });
});

describe('the identity that the environment names', () => {
  let repository: HookRepository;

  beforeEach(() => {
    repository = new HookRepository();
  });
  afterEach(() => repository.dispose());

  const silence = { stdout: '', stderr: '', code: 0 };

  async function cli(args: readonly string[], session: string): Promise<string> {
    const env = { ...process.env, HEDDLE_AGENTS_SESSION: session };
    const child = spawn(process.execPath, [cliPath(), ...args], { cwd: repository.root, env });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    child.stdin.end();
    const code = await new Promise((resolve) => child.on('close', resolve));
    return `${String(code)} ${text}`;
  }

  it('is handed on to shell commands by the file that Claude Code reads', async () => {
    const file = repository.write('env', '');
    const a = repository.agent('a', { CLAUDE_ENV_FILE: file });
    await a.start();
    const { sessionId } = await repository.entryOf('a');
    assert.equal(readFileSync(file, 'utf8'), `export HEDDLE_AGENTS_SESSION=${sessionId}\n`);
  });

  it('is one agent, one entry and one holder, by hook and by command line', async () => {
    const a = repository.agent('a');
    await a.before('Write', { file_path: repository.path('hook.ts') }, 't1');
    const { sessionId } = await repository.entryOf('a');
    assert.match(await cli(['lock', 'cli.ts', '--ttl', '5m'], sessionId), /^0 /);
    // What it holds by one road it may use by the other.
    assert.deepEqual(
      await a.before('Write', { file_path: repository.path('cli.ts') }, 't2'),
      silence,
    );
    assert.match(await cli(['lock', 'hook.ts', '--ttl', '5m'], sessionId), /^0 /);
    assert.equal((await repository.entries()).length, 1);
    const holders = new Set((await repository.standing()).map(({ holder }) => holder.id));
    assert.equal(holders.size, 1);
    const b = repository.agent('b');
    const refusal = refusalIn(
      await b.before('Write', { file_path: repository.path('cli.ts') }, 'b'),
    );
    assert.ok(refusal?.includes('cli.ts'), refusal);
  });

  it('is the entry that the hook takes up when somebody registered the agent before', async () => {
    const a0 = repository.agent('made');
    await a0.start();
    const made = await repository.entryOf('made');
    await repository.registry.registry.updateEntry(made.sessionId, (entry) => ({
      ...entry,
      nativeActorKey: undefined,
      pid: undefined,
      processStart: undefined,
    }));
    const a = repository.agent('a', { HEDDLE_AGENTS_SESSION: made.sessionId });
    await a.start();
    assert.equal((await repository.entryOf('a')).sessionId, made.sessionId);
    assert.equal((await repository.entries()).length, 1);
  });

  it('makes an agent that another one started its child', async () => {
    const parent = repository.agent('parent');
    await parent.start();
    const { sessionId } = await repository.entryOf('parent');
    const child = repository.agent('child', { HEDDLE_AGENTS_SESSION: sessionId });
    await child.start();
    const entry = await repository.entryOf('child');
    assert.notEqual(entry.sessionId, sessionId);
    assert.equal(entry.nativeParentActorKey, 'claude-code:session:parent');
  });

  it('is of no meaning when no entry has it, and when it is no id at all', async () => {
    for (const [i, session] of ['agent-unknown00000000000', '../../etc', '*', '\u001b'].entries()) {
      const a = repository.agent(`a${i}`, { HEDDLE_AGENTS_SESSION: session });
      assert.deepEqual(await a.start(), silence);
      assert.notEqual((await repository.entryOf(`a${i}`)).sessionId, session);
    }
  });

  it('is not written where it would go through a link, nor into a folder', async () => {
    mkdirSync(repository.path('folder'));
    writeFileSync(repository.path('kept'), 'mine\n');
    const a = repository.agent('a', { CLAUDE_ENV_FILE: repository.path('folder') });
    assert.deepEqual(await a.start(), silence);
    const b = repository.agent('b', { CLAUDE_ENV_FILE: 'kept' });
    assert.deepEqual(await b.start(), silence);
    await eventually('both are there', async () => (await repository.entries()).length === 2);
    assert.equal(readFileSync(repository.path('kept'), 'utf8'), 'mine\n');
  });
});
