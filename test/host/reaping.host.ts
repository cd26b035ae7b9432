import { strict as assert } from 'node:assert';
import * as vscode from 'vscode';
import { eventually } from '../support/eventually.ts';
import { withPerson } from '../support/hostPerson.ts';
import { IdleProcesses } from '../support/hostProcess.ts';
import { fingerprint, HostRegistry, run } from '../support/hostWorld.ts';

type Items = readonly vscode.QuickPickItem[];

describe('reaping', () => {
  let registry: HostRegistry;
  const processes = new IdleProcesses();
  const all = (items: Items): Items => items;
  const statusOf = async (id: string): Promise<unknown> => (await registry.cliShow(id)).status;

  /** An agent that holds a thread and was killed. */
  const killed = async (thread: string): Promise<string> => {
    const agent = await processes.start();
    const id = await registry.cliAgent('reserve', thread, '--hold-for-pid', String(agent.pid));
    await agent.kill();
    return id;
  };
  const untilDead = (id: string): Promise<unknown> =>
    registry.untilAgent(id, ({ liveness, status }) => status === 'active' && liveness === 'dead');

  before(async () => {
    registry = await HostRegistry.open();
  });
  beforeEach(() => registry.reset());
  afterEach(() => processes.killAll());

  it('says that nobody is dead, and shows no preview', async () => {
    await registry.cliAgent('reserve', 'feature/x');
    await run('heddle.registry.refresh');
    const { result, shown } = await withPerson({ picks: all }, () => run('heddle.agents.reap'));
    assert.deepEqual(result, { reaped: [] });
    assert.deepEqual(shown.picks, []);
  });

  it('previews the dead only, all ticked, and reaps those who stay ticked', async () => {
    const [one, two] = [await killed('feature/one'), await killed('feature/two')];
    await registry.cliAgent('reserve', 'feature/free');
    const { result, shown } = await withPerson(
      { picks: (items) => items.filter(({ description }) => description === 'feature/one') },
      () => run('heddle.agents.reap'),
    );
    assert.deepEqual(result, { reaped: [one] });
    const [items = []] = shown.picks;
    assert.deepEqual(items.map(({ description }) => description).sort(), [
      'feature/one',
      'feature/two',
    ]);
    for (const { picked, detail } of items) {
      assert.equal(picked, true);
      assert.match(detail ?? '', /is gone\. Last seen/);
    }
    assert.equal(await statusOf(one), 'abandoned');
    assert.equal(await statusOf(two), 'active');
    await registry.untilAgent(one, ({ status }) => status === 'abandoned');
  });

  it('does what the real quick pick returns', async () => {
    const id = await killed('feature/x');
    let isDone = false;
    const reaping = run('heddle.agents.reap').finally(() => (isDone = true));
    await eventually('the preview is accepted', async () => {
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      return isDone;
    });
    // Accepted before its rows had come, it reaps nobody; never anybody else.
    const result = await reaping;
    if (result !== undefined) assert.deepEqual(result, { reaped: [id] });
    assert.equal(await statusOf(id), result === undefined ? 'active' : 'abandoned');
    await vscode.commands.executeCommand('notifications.clearAll');
  });

  it('changes nothing when the person gives up or unticks everybody', async () => {
    await killed('feature/x');
    const before = fingerprint(registry.root);
    for (const picks of [undefined, (): Items => []]) {
      const script = picks === undefined ? {} : { picks };
      const { result } = await withPerson(script, () => run('heddle.agents.reap'));
      assert.equal(result, undefined);
    }
    assert.deepEqual(fingerprint(registry.root), before);
  });

  it('spares whoever came back while the preview was open', async () => {
    const id = await killed('feature/x');
    const back = await processes.start();
    const { result } = await withPerson(
      {
        picks: async (items) => {
          await registry.cliAgent('update', id, '--pid', String(back.pid));
          return items;
        },
      },
      () => run('heddle.agents.reap'),
    );
    assert.deepEqual(result, { reaped: [] });
    assert.equal(await statusOf(id), 'active');
  });

  it('of a thread reaps only there, from the row of an agent or of a group', async () => {
    const [one, two, three] = [
      await killed('feature/one'),
      await killed('feature/two'),
      await killed('feature/three'),
    ];
    for (const id of [one, two, three]) await untilDead(id);
    const fromRow = await withPerson({ picks: all }, () =>
      run('heddle.thread.reap', registry.element(one)),
    );
    assert.deepEqual(fromRow.result, { reaped: [one] });
    const group = `group:thread:feature/two@${registry.root}`;
    const fromGroup = await withPerson({ picks: all }, () => run('heddle.thread.reap', group));
    assert.deepEqual(fromGroup.result, { reaped: [two] });
    assert.equal(await statusOf(three), 'active');
  });

  describe('Undo Reap', () => {
    const undo = async (): Promise<unknown> =>
      (await withPerson({}, () => run('heddle.agents.undoReap'))).result;
    /** What earlier tests left to undo. */
    const forgetAll = async (): Promise<void> => {
      while ((await undo()) !== undefined);
    };
    beforeEach(forgetAll);

    it('makes the entry active again, once', async () => {
      const id = await killed('feature/x');
      await withPerson({ picks: all }, () => run('heddle.agents.reap'));
      assert.deepEqual(await undo(), { restored: [id], refused: [] });
      assert.equal(await statusOf(id), 'active');
      assert.equal((await registry.cliShow(id)).completed_at, null);
      assert.equal(await undo(), undefined);
    });

    it('is a button of the message, too', async () => {
      const id = await killed('feature/x');
      await withPerson({ picks: all, presses: 'Undo' }, async () => {
        await run('heddle.agents.reap');
        await eventually('it is active again', async () => (await statusOf(id)) === 'active');
      });
    });

    it('takes the latest back first', async () => {
      const [one, two] = [await killed('feature/one'), await killed('feature/two')];
      for (const thread of ['feature/one', 'feature/two']) {
        const picks = (items: Items): Items =>
          items.filter(({ description }) => description === thread);
        await withPerson({ picks }, () => run('heddle.agents.reap'));
      }
      assert.deepEqual(await undo(), { restored: [two], refused: [] });
      assert.deepEqual(await undo(), { restored: [one], refused: [] });
    });

    it('is refused once the thread has a new owner', async () => {
      const id = await killed('feature/x');
      await withPerson({ picks: all }, () => run('heddle.agents.reap'));
      const owner = await registry.cliAgent('reserve', 'feature/x');
      const { result, shown } = await withPerson({}, () => run('heddle.agents.undoReap'));
      assert.deepEqual(result, { restored: [], refused: [id] });
      assert.ok(shown.notifications[0]?.text.includes(owner));
      assert.equal(await statusOf(id), 'abandoned');
    });

    it('is refused for an entry that changed or went since', async () => {
      const [one, two] = [await killed('feature/one'), await killed('feature/two')];
      await withPerson({ picks: all }, () => run('heddle.agents.reap'));
      await registry.cliAgent('release', one, '--status', 'merged');
      await withPerson({ confirms: true }, () => run('heddle.agent.delete', registry.element(two)));
      const result = (await undo()) as { restored: string[]; refused: string[] };
      assert.deepEqual(result.restored, []);
      assert.deepEqual(result.refused.toSorted(), [one, two].sort());
      assert.equal(await statusOf(one), 'merged');
      assert.equal(registry.has(two), false);
    });
  });
});
