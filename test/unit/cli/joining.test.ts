import { deepEqual, equal, match, notEqual } from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { noFields } from './agentFields.ts';
import { CliSandbox, sandboxNow, stable, type Fields } from './cliSandbox.ts';

const pid = String(process.pid);
/** The largest process id that the program takes; no system gives it to a process. */
const deadPid = '2147483647';

describe('register', () => {
  let sandbox: CliSandbox;
  beforeEach(() => {
    sandbox = new CliSandbox();
  });
  afterEach(() => sandbox.dispose());

  it('register --json prints the new agent, which holds no thread', async () => {
    const { code, document } = await sandbox.json('register');
    const agent = document.agent as Fields;
    const id = String(agent.session_id);
    equal(code, 0);
    match(id, /^agent-[a-z2-7]{20}$/);
    deepEqual(Object.keys(document), ['agent']);
    deepEqual(agent, {
      ...noFields,
      session_id: id,
      thread: `agent/${id}`,
      heartbeat_at: sandboxNow,
      path: sandbox.root,
      base_state: 'unknown',
      started_at: sandboxNow,
    });
    deepEqual(Object.keys(agent), Object.keys(noFields));
  });

  it('register records everything that it is told', async () => {
    const flags = ['--harness', 'codex', '--provider', 'openai', '--model', 'gpt-5'];
    const keys = ['--actor-key', 'a', '--parent-key', 'p', '--instance-key', 'i'];
    const ids = ['--client-instance', 'c', '--heddle-session', 'h', '--thinking-level', 'high'];
    const rest = ['--path', 'sub/folder', '--base-state', 'hd-1', '--pid', pid];
    const agent = await sandbox.agent('register', ...flags, ...keys, ...ids, ...rest);
    deepEqual(
      {
        ...agent,
        boot_id: typeof agent.boot_id,
        process_start: null,
        pid_namespace: null,
      },
      {
        ...noFields,
        session_id: agent.session_id,
        thread: agent.thread,
        harness: 'codex',
        provider: 'openai',
        model: 'gpt-5',
        native_actor_key: 'a',
        native_parent_actor_key: 'p',
        native_instance_key: 'i',
        client_instance_id: 'c',
        heddle_session_id: 'h',
        thinking_level: 'high',
        path: join(sandbox.root, 'sub', 'folder'),
        base_state: 'hd-1',
        pid: process.pid,
        boot_id: 'string',
        heartbeat_at: sandboxNow,
        started_at: sandboxNow,
        probe_source: 'agent_api',
        probe_confidence: 1,
        liveness: 'alive',
        liveness_reason: 'running',
      },
    );
  });

  it('register writes the probe confidence as a float', async () => {
    const agent = await sandbox.agent('register', '--harness', 'codex');
    match(sandbox.read(`${String(agent.session_id)}.toml`), /^probe_confidence = 1\.0$/m);
  });

  it('register with the actor key of an active agent finds that agent and updates it', async () => {
    const first = await sandbox.agent(
      'register',
      '--actor-key',
      'k',
      '--model',
      'old',
      '--pid',
      deadPid,
    );
    sandbox.advance(1000);
    const again = await sandbox.agent(
      'register',
      '--actor-key',
      'k',
      '--model',
      'new',
      '--pid',
      pid,
    );
    equal(again.session_id, first.session_id);
    equal(again.started_at, first.started_at);
    notEqual(again.heartbeat_at, first.heartbeat_at);
    deepEqual([again.model, again.pid, again.liveness], ['new', process.pid, 'alive']);
  });

  it('register keeps what it is not told again', async () => {
    await sandbox.run([
      'register',
      '--actor-key',
      'k',
      '--model',
      'm',
      '--base-state',
      's',
      '--pid',
      pid,
    ]);
    const again = await sandbox.agent('register', '--actor-key', 'k');
    deepEqual([again.model, again.base_state, again.pid], ['m', 's', process.pid]);
  });

  it('register makes another agent when the known one runs as another process', async () => {
    const first = await sandbox.agent('register', '--actor-key', 'k', '--pid', pid);
    const other = await sandbox.agent('register', '--actor-key', 'k', '--pid', deadPid);
    notEqual(other.session_id, first.session_id);
  });

  it('register makes another agent when the known one has finished', async () => {
    const first = await sandbox.agent('register', '--actor-key', 'k');
    await sandbox.run(['release', String(first.session_id)]);
    const other = await sandbox.agent('register', '--actor-key', 'k');
    notEqual(other.session_id, first.session_id);
  });

  it('register without an actor key always makes an agent', async () => {
    const ids = [await sandbox.agent('register'), await sandbox.agent('register')];
    notEqual(ids[0]?.session_id, ids[1]?.session_id);
  });

  it('register says for people who was registered and on what evidence it is alive', async () => {
    const { stdout } = await sandbox.run(['register', '--harness', 'codex', '--pid', pid]);
    equal(stable(stdout, sandbox.root), `Registered <id> (Codex).\nProcess ${pid} is running.\n`);
  });
});

describe('reserve', () => {
  let sandbox: CliSandbox;
  beforeEach(() => {
    sandbox = new CliSandbox();
  });
  afterEach(() => sandbox.dispose());

  it('reserve --json prints the outcome and the agent', async () => {
    const { code, document } = await sandbox.json('reserve', 'main', '--task', 'Fix it\nsoon');
    const agent = document.agent as Fields;
    equal(code, 0);
    deepEqual(Object.keys(document), ['outcome', 'agent']);
    equal(document.outcome, 'reserved');
    match(String(agent.reservation_token), /^agent-[a-z2-7]{20}$/);
    deepEqual(agent, {
      ...noFields,
      session_id: agent.session_id,
      reservation_token: agent.reservation_token,
      thread: 'main',
      thread_id: 'main',
      attach_reason: 'Fix it\nsoon',
      path: sandbox.root,
      base_state: 'unknown',
      heartbeat_at: sandboxNow,
      started_at: sandboxNow,
    });
  });

  it('reserve answers with the owner and exits 3, also for the same process', async () => {
    const first = await sandbox.agent('reserve', 'main', '--hold-for-pid', pid);
    const { code, document } = await sandbox.json('reserve', 'main', '--hold-for-pid', pid);
    equal(code, 3);
    deepEqual(document, { outcome: 'live_owner', agent: first });
  });

  it('reserve takes a thread over from a dead owner', async () => {
    const dead = await sandbox.agent('reserve', 'main', '--hold-for-pid', deadPid);
    const { code, document } = await sandbox.json('reserve', 'main');
    deepEqual([code, document.outcome], [0, 'reserved']);
    equal((await sandbox.agent('show', String(dead.session_id))).status, 'abandoned');
  });

  it('reserve takes a thread over once its process has been killed', async () => {
    const holder = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    await sandbox.run(['reserve', 'main', '--hold-for-pid', String(holder.pid)]);
    equal((await sandbox.json('reserve', 'main')).code, 3);
    await killed(holder);
    equal((await sandbox.json('reserve', 'main')).code, 0);
  });

  it('reserve takes --pid for --hold-for-pid, and refuses two different ones', async () => {
    equal((await sandbox.agent('reserve', 'a', '--pid', pid)).pid, process.pid);
    equal(
      (await sandbox.agent('reserve', 'b', '--pid', pid, '--hold-for-pid', pid)).pid,
      process.pid,
    );
    const { code, stderr } = await sandbox.run([
      'reserve',
      'c',
      '--pid',
      '1',
      '--hold-for-pid',
      '2',
    ]);
    equal(code, 2);
    match(stderr, /--hold-for-pid and --pid name different processes/);
  });

  it('reserve says for people how the reservation ends', async () => {
    const say = async (...args: string[]): Promise<string> =>
      stable((await sandbox.run(['reserve', ...args])).stdout, sandbox.root);
    equal(
      await say('a'),
      'Reserved a as <id>.\nNo process is recorded, so only a release ends the reservation: heddle-agents release <id>\n',
    );
    equal(
      await say('b', '--hold-for-pid', pid),
      `Reserved b as <id>.\nIt is held while process ${pid} runs, or until: heddle-agents release <id>\n`,
    );
    equal(
      await say('c', '--hold-for-pid', deadPid),
      `Reserved c as <id>.\nProcess ${deadPid} is gone. Whoever asks for the thread next will get it.\n`,
    );
  });

  it('reserve names thread, owner, time, evidence and what to do when the thread is held', async () => {
    await sandbox.run(['reserve', 'main', '--harness', 'codex', '--hold-for-pid', pid]);
    sandbox.advance(180_000);
    const { code, stdout, stderr } = await sandbox.run(['reserve', 'main']);
    equal(code, 3);
    equal(stderr, '');
    equal(
      stable(stdout, sandbox.root),
      `main is held by <id> (Codex) since <local time> (for 3 min). Process ${pid} is running.\n` +
        'Wait for it, choose another thread, or end it with: heddle-agents release <id>\n',
    );
  });

  it('reserve refuses what cannot name a thread', async () => {
    for (const thread of [
      '',
      '  ',
      'a\nb',
      'a\u001b[31m',
      'a\u0000',
      'a\u009b',
      'x'.repeat(1025),
    ]) {
      const { code, document } = await sandbox.json('reserve', thread);
      equal(code, 2, JSON.stringify(thread));
      equal((document.error as Fields).code, 'usage');
    }
    equal((await sandbox.json('reserve', 'x'.repeat(1024))).code, 0);
    equal((await sandbox.json('reserve', '../../../etc/passwd')).code, 0);
    equal((await sandbox.run(['reserve', '--', '--json'])).code, 0);
  });

  it('reserve works beside broken files', async () => {
    sandbox.write('broken.toml', 'not = ');
    equal((await sandbox.json('reserve', 'main')).code, 0);
    equal(sandbox.read('broken.toml'), 'not = ');
  });
});

async function killed(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
