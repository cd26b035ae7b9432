import { strict as assert } from 'node:assert';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ReserveResult } from '../../src/extension/commands/threadCommands.ts';
import { reserveAsPerson, withPerson } from '../support/hostPerson.ts';
import { fingerprint, HostRegistry, run, type Failure } from '../support/hostWorld.ts';
import { IdleProcesses } from '../support/hostProcess.ts';

describe('initialising and reserving', () => {
  let registry: HostRegistry;
  const processes = new IdleProcesses();

  before(async () => {
    registry = await HostRegistry.open();
  });
  beforeEach(() => registry.reset());
  afterEach(() => processes.killAll());

  describe('Initialise', () => {
    it('makes a registry that git ignores, once', async () => {
      const make = (): Promise<{ result: unknown }> =>
        withPerson({}, () => run('heddle.registry.initialise'));
      assert.deepEqual((await make()).result, { folder: registry.folder, isCreated: true });
      await registry.until('there is a registry', ({ state }) => state === 'ready');
      assert.equal(readFileSync(join(registry.folder, '.gitignore'), 'utf8').trim(), '*');
      const before = fingerprint(registry.root);
      assert.deepEqual((await make()).result, { folder: registry.folder, isCreated: false });
      assert.deepEqual(fingerprint(registry.root), before);
    });

    it('says so when a file stands in the way', async () => {
      const inTheWay = join(registry.root, '.heddle');
      writeFileSync(inTheWay, 'mine');
      const { result, shown } = await withPerson({}, () =>
        run<Failure>('heddle.registry.initialise'),
      );
      assert.equal(result.error.code, 'io');
      assert.match(shown.notifications[0]?.text ?? '', /\.heddle/);
      assert.equal(readFileSync(inTheWay, 'utf8'), 'mine');
    });
  });

  describe('Reserve Thread', () => {
    it('writes an entry that the command line agrees with', async () => {
      const { outcome, sessionId } = await reserveAsPerson(' feature/login ', 'Fix the login');
      assert.equal(outcome, 'reserved');
      const entry = await registry.cliShow(sessionId);
      assert.equal(entry.thread, 'feature/login');
      assert.equal(entry.attach_reason, 'Fix the login');
      assert.equal(entry.status, 'active');
      assert.equal(entry.liveness, 'alive');
      assert.equal(entry.provider, 'human');
      assert.equal(entry.harness, 'vscode');
      assert.match(String(entry.native_actor_key), /^human:./);
      assert.equal(entry.path, registry.root);
      assert.match(String(entry.base_state), /^git:[0-9a-f]{40}/);
      assert.equal((await registry.untilAgent(sessionId)).thread, 'feature/login');
    });

    it('makes the registry where there is none, ignored by git', async () => {
      await reserveAsPerson('feature/login');
      assert.equal(readFileSync(join(registry.folder, '.gitignore'), 'utf8').trim(), '*');
    });

    it('leaves no temporary file and no second entry behind', async () => {
      const { sessionId } = await reserveAsPerson('feature/login');
      assert.deepEqual(readdirSync(registry.folder).sort(), [
        '.gitignore',
        '.lock',
        `${sessionId}.toml`,
      ]);
    });

    it('names the owner when it is asked a second time, and writes nothing', async () => {
      const first = await reserveAsPerson('feature/login');
      const before = fingerprint(registry.folder);
      assert.deepEqual(await reserveAsPerson('feature/login'), { ...first, outcome: 'live_owner' });
      assert.deepEqual(fingerprint(registry.folder), before);
    });

    it('holds the thread against the command line, and the other way round', async () => {
      const mine = await reserveAsPerson('feature/mine');
      const theirs = await registry.cli('reserve', 'feature/mine');
      assert.equal(theirs.code, 3);
      assert.equal(theirs.json.outcome, 'live_owner');
      assert.equal((theirs.json.agent as { session_id: string }).session_id, mine.sessionId);

      const agent = await processes.start();
      const id = await registry.cliAgent(
        ...['reserve', 'feature/theirs', '--hold-for-pid', String(agent.pid)],
      );
      const { result, shown } = await withPerson({}, () =>
        run<ReserveResult>('heddle.thread.reserve', { thread: 'feature/theirs' }),
      );
      assert.deepEqual(result, { outcome: 'live_owner', thread: 'feature/theirs', sessionId: id });
      assert.match(shown.notifications[0]?.text ?? '', /feature\/theirs/);
      assert.deepEqual(shown.notifications[0]?.buttons, ['Show Details']);
    });

    it('takes the thread of an agent that was killed', async () => {
      const agent = await processes.start();
      const id = await registry.cliAgent(
        ...['reserve', 'feature/x', '--hold-for-pid', String(agent.pid)],
      );
      await agent.kill();
      const { outcome, sessionId } = await reserveAsPerson('feature/x');
      assert.equal(outcome, 'reserved');
      assert.notEqual(sessionId, id);
      assert.equal((await registry.cliShow(id)).status, 'abandoned');
    });

    it('gives a thread to one of many that ask at once', async () => {
      const { result } = await withPerson({}, () =>
        Promise.all(
          Array.from({ length: 8 }, () =>
            run<ReserveResult>('heddle.thread.reserve', { thread: 'feature/race' }),
          ),
        ),
      );
      assert.equal(result.filter(({ outcome }) => outcome === 'reserved').length, 1);
      assert.equal(new Set(result.map(({ sessionId }) => sessionId)).size, 1);
    });
  });

  describe('a reservation and Reload Window', () => {
    it('records a process that outlives the extension host, and one id of the window', async () => {
      const [one, two] = [await reserveAsPerson('feature/a'), await reserveAsPerson('feature/b')];
      const [first, second] = [
        await registry.cliShow(one.sessionId),
        await registry.cliShow(two.sessionId),
      ];
      assert.equal(first.pid, process.ppid);
      assert.notEqual(first.pid, process.pid);
      assert.match(String(first.client_instance_id), /^vscode-/);
      assert.equal(first.client_instance_id, second.client_instance_id);
    });

    /** As the window would find it after a restart of the editor: its own, with a process of old. */
    const leaveBehind = async (id: string, heartbeat: string): Promise<string> => {
      const { sessionId } = await reserveAsPerson('feature/a');
      const old = registry
        .read(sessionId)
        .replaceAll(sessionId, id)
        .replaceAll('feature/a', 'feature/old')
        .replace(/^pid = .*$/m, 'pid = 2147483646')
        .replace(/^process_start = .*$/m, '')
        .replace(/^heartbeat_at = .*$/m, `heartbeat_at = "${heartbeat}"`);
      registry.write(id, old);
      return id;
    };

    it('is adopted again by its window', async () => {
      const { result: id, shown } = await withPerson({}, async () => {
        const left = await leaveBehind('agent-fresh', new Date().toISOString());
        await registry.untilAgent(left, ({ pid }) => pid === process.ppid);
        return left;
      });
      const entry = await registry.cliShow(id);
      assert.equal(entry.liveness, 'alive');
      assert.equal(entry.status, 'active');
      assert.deepEqual(shown.notifications, []);
    });

    it('is offered for release when it was left alone for long', async () => {
      const { shown } = await withPerson({ presses: 'Release' }, async () => {
        const left = await leaveBehind('agent-old', '2026-01-01T00:00:00Z');
        await registry.untilAgent(left, ({ status }) => status === 'abandoned');
      });
      assert.equal(shown.notifications.length, 1);
      assert.match(shown.notifications[0]?.text ?? '', /feature\/old/);
    });
  });
});
