import { strict as assert } from 'node:assert';
import { existsSync } from 'node:fs';
import { entryText } from '../support/entryBuilder.ts';
import { reserveAsPerson, withPerson } from '../support/hostPerson.ts';
import { fingerprint, HostRegistry, run, type Failure } from '../support/hostWorld.ts';
import { IdleProcesses } from '../support/hostProcess.ts';

describe('releasing and deleting', () => {
  let registry: HostRegistry;
  const processes = new IdleProcesses();

  before(async () => {
    registry = await HostRegistry.open();
  });
  beforeEach(() => registry.reset());
  afterEach(() => processes.killAll());

  describe('Release', () => {
    const statuses = {
      complete: 'heddle.agent.releaseComplete',
      abandoned: 'heddle.agent.releaseAbandoned',
      merged: 'heddle.agent.releaseMerged',
    } as const;
    for (const [status, command] of Object.entries(statuses)) {
      it(`as ${status} changes the entry, and the command line agrees`, async () => {
        const id = await registry.cliAgent('reserve', 'feature/x');
        await registry.untilAgent(id);
        const { result, shown } = await withPerson({}, () => run(command, registry.element(id)));
        assert.deepEqual(result, { released: [id] });
        assert.deepEqual(shown.questions, []);
        const entry = await registry.cliShow(id);
        assert.equal(entry.status, status);
        assert.ok(Date.parse(String(entry.completed_at)) > 0);
        await registry.untilAgent(id, (agent) => agent.status === status);
        assert.equal((await registry.cli('reserve', 'feature/x')).json.outcome, 'reserved');
      });
    }

    it('keeps what it does not know, and every digit of a counter', async () => {
      registry.makeFolder();
      const more = [
        'future_field = 9007199254740993',
        'future_float = 1.0',
        'future_time = 2026-01-01T00:00:00.123456789Z',
        '[usage_summary]',
        'input_tokens = 18446744073709551615',
        '[future_table]',
        'x = ["y"]',
      ];
      registry.write('agent-a', entryText('agent-a', { more: more.join('\n') }));
      await registry.untilAgent('agent-a');
      await withPerson({}, () => run('heddle.agent.releaseMerged', registry.element('agent-a')));
      const text = registry.read('agent-a');
      assert.match(text, /status = "merged"/);
      for (const line of more.filter((each) => !each.includes('["y"]'))) {
        assert.ok(text.includes(line), `${line} is not in\n${text}`);
      }
    });

    it('asks before it ends an agent that runs, and does nothing without a yes', async () => {
      const agent = await processes.start();
      const id = await registry.cliAgent(
        ...['reserve', 'feature/x', '--hold-for-pid', String(agent.pid)],
      );
      await registry.untilAgent(id, ({ liveness }) => liveness === 'alive');
      const before = fingerprint(registry.folder);
      const command = 'heddle.agent.releaseComplete';
      const refused = await withPerson({}, () => run(command, registry.element(id)));
      assert.equal(refused.result, undefined);
      assert.match(refused.shown.questions[0]?.text ?? '', /still running/);
      assert.deepEqual(fingerprint(registry.folder), before);

      const { result } = await withPerson({ confirms: true }, () =>
        run(command, registry.element(id)),
      );
      assert.deepEqual(result, { released: [id] });
    });

    it('does not ask about one’s own', async () => {
      const { sessionId } = await reserveAsPerson('feature/x');
      await registry.untilAgent(sessionId, ({ liveness }) => liveness === 'alive');
      const { result, shown } = await withPerson({}, () =>
        run('heddle.agent.releaseComplete', registry.element(sessionId)),
      );
      assert.deepEqual(result, { released: [sessionId] });
      assert.deepEqual(shown.questions, []);
    });

    it('ends all selected rows after one question', async () => {
      registry.makeFolder();
      const ids = ['agent-a', 'agent-b', 'agent-c'];
      for (const id of ids) registry.write(id, entryText(id));
      await registry.until('all are there', ({ agents }) => agents.length === 3);
      const elements = ids.map((id) => registry.element(id));
      const { result, shown } = await withPerson({ confirms: true }, () =>
        run<{ released: string[] }>('heddle.agent.releaseComplete', elements[1], elements),
      );
      assert.deepEqual(result.released.sort(), ids);
      assert.equal(shown.questions.length, 1);
    });

    it('refuses what somebody else has just ended', async () => {
      registry.makeFolder();
      registry.write('agent-a', entryText('agent-a'));
      await registry.untilAgent('agent-a');
      const { result, shown } = await withPerson({}, () => {
        // The window cannot have heard of it yet.
        registry.write('agent-a', entryText('agent-a', { status: 'merged' }));
        return run<Failure>('heddle.agent.releaseComplete', registry.element('agent-a'));
      });
      assert.equal(result.error.code, 'not-active');
      assert.equal(shown.notifications.length, 1);
      assert.match(registry.read('agent-a'), /status = "merged"/);
    });

    it('says that there is nothing to release in a finished one', async () => {
      registry.makeFolder();
      const more = `completed_at = "${new Date().toISOString()}"`;
      registry.write('agent-a', entryText('agent-a', { status: 'complete', more }));
      await registry.untilAgent('agent-a');
      const before = fingerprint(registry.root);
      const { result, shown } = await withPerson({}, () =>
        run('heddle.agent.releaseMerged', registry.element('agent-a')),
      );
      assert.equal(result, undefined);
      assert.equal(shown.notifications.length, 1);
      assert.deepEqual(fingerprint(registry.root), before);
    });
  });

  describe('Delete Entry', () => {
    it('removes the file after a yes, and nothing without one', async () => {
      registry.makeFolder();
      for (const id of ['agent-a', 'agent-b']) registry.write(id, entryText(id));
      await registry.until('both are there', ({ agents }) => agents.length === 2);
      const command = 'heddle.agent.delete';
      const refused = await withPerson({}, () => run(command, registry.element('agent-a')));
      assert.equal(refused.result, undefined);
      assert.equal(refused.shown.questions.length, 1);
      assert.ok(registry.has('agent-a'));

      const { result } = await withPerson({ confirms: true }, () =>
        run(command, registry.element('agent-a')),
      );
      assert.deepEqual(result, { deleted: ['agent-a'] });
      await registry.untilGone('agent-a');
      assert.equal(existsSync(registry.entryPath('agent-a')), false);
      assert.ok(registry.has('agent-b'));
    });

    it('warns of those who still run', async () => {
      const agent = await processes.start();
      const id = await registry.cliAgent('register', '--pid', String(agent.pid));
      await registry.untilAgent(id, ({ liveness }) => liveness === 'alive');
      const { shown } = await withPerson({}, () =>
        run('heddle.agent.delete', registry.element(id)),
      );
      assert.match(shown.questions[0]?.detail ?? '', /Still running/);
    });
  });
});
