import assert from 'node:assert/strict';
import { useHookWorld } from './hookWorld.ts';

describe('the locks of a turn', () => {
  const world = useHookWorld();

  it('are taken with the first edit, all of a patch or none', async () => {
    const a = world().session('a', { pid: 1 });
    const b = world().session('b', { pid: 2 });
    assert.equal((await a.beforeEdit(['x.ts', 'y.ts'])).kind, 'nothing');
    assert.deepEqual(await b.beforeEdit(['z.ts', 'y.ts']), {
      kind: 'refuse',
      reason: 'held: y.ts',
    });
    assert.deepEqual(await world().held(), ['agent-a: x.ts', 'agent-a: y.ts']);
  });

  it('are not taken for files outside the repository, nor for folders', async () => {
    const a = world().session('a', { pid: 1 });
    assert.equal((await a.beforeEdit(['/elsewhere/x', 'folder'])).kind, 'nothing');
    assert.deepEqual(await world().held(), []);
  });

  it('are taken for more files than one request may have', async () => {
    const a = world().session('a', { pid: 1 });
    const paths = Array.from({ length: 1500 }, (_, i) => `f${i}.ts`);
    assert.equal((await a.beforeEdit(paths)).kind, 'nothing');
    assert.equal((await world().held()).length, 1500);
  });

  it('parallel calls of one agent do not exclude each other', async () => {
    const a = world().session('a', { pid: 1 });
    const decisions = await Promise.all(
      ['1', '2', '3', '4'].map((call) => a.beforeEdit('x.ts', { call })),
    );
    assert.ok(decisions.every(({ kind }) => kind === 'nothing'));
    assert.deepEqual(await world().held(), ['agent-a: x.ts']);
    assert.equal(a.agent.tools.size, 4);
  });

  for (const [what, end] of [
    ['its end', { kind: 'turn-ended' }],
    ['the next prompt', { kind: 'prompt' }],
    ['a notice that it is idle', { kind: 'waiting', reason: 'idle', text: undefined }],
    ['the end of the session', { kind: 'session-ended' }],
    ['a new start', { kind: 'session-started', isResumed: true }],
  ] as const) {
    it(`end with ${what}`, async () => {
      const a = world().session('a', { pid: 1 });
      await a.edit('x.ts');
      await a.fire(end);
      assert.deepEqual(await world().held(), []);
      assert.equal((await world().session('b', { pid: 2 }).edit('x.ts')).kind, 'nothing');
    });
  }

  it('stay until the end of the task where the settings say so', async () => {
    world().settings = { ...world().settings, holdUntil: 'task' };
    const a = world().session('a', { pid: 1 });
    await a.edit('x.ts');
    await a.stop();
    await a.fire({ kind: 'waiting', reason: 'idle', text: undefined });
    await a.prompt();
    assert.deepEqual(await world().held(), ['agent-a: x.ts']);
    await a.stop();
    const b = world().session('b', { pid: 2 });
    world().advanceMinutes(30);
    assert.equal((await b.beforeEdit('x.ts')).kind, 'refuse');
    await a.fire({ kind: 'session-ended' });
    assert.equal((await b.beforeEdit('x.ts')).kind, 'nothing');
  });

  it('what the agent asked for itself stays after the turn, as long as its process runs', async () => {
    const a = world().session('a', { pid: 1 });
    await a.start();
    await world().locks.lock({ kind: 'session', sessionId: a.entryId }, { paths: ['own.ts'] });
    await a.edit('own.ts');
    await a.edit('x.ts');
    await a.stop();
    assert.deepEqual(await world().held(), ['agent-a: own.ts']);
    world().advanceMinutes(60);
    assert.deepEqual(await world().held(), ['agent-a: own.ts']);
    world().fixture.probe.end(1);
    assert.deepEqual(await world().held(), []);
  });

  it('count the edits of the turn once, also when it was interrupted', async () => {
    const a = world().session('a', { pid: 1 });
    await a.edit('x.ts');
    await a.edit('y.ts');
    await a.prompt();
    await a.edit('x.ts');
    await a.stop();
    const holder = world().fixture.memory.table.bySession(a.entryId);
    assert.equal(holder?.editCount, 3);
  });

  it('everything ends with the process, although no event came', async () => {
    const a = world().session('a', { pid: 1 });
    await a.edit('x.ts');
    world().fixture.probe.end(1);
    assert.equal((await world().session('b', { pid: 2 }).edit('x.ts')).kind, 'nothing');
  });

  it('of an agent without a known process they last ten minutes from its last event', async () => {
    const a = world().session('a');
    const b = world().session('b');
    await a.edit('x.ts');
    for (let i = 0; i < 8; i += 1) {
      world().advanceMinutes(5);
      await a.read('other.ts');
      assert.equal((await b.beforeEdit('x.ts')).kind, 'refuse', `after ${5 * (i + 1)} minutes`);
    }
    world().advanceMinutes(11);
    assert.deepEqual(await world().held(), []);
    assert.equal((await b.beforeEdit('x.ts')).kind, 'nothing');
  });

  it('one that was lost meanwhile does not cost the agent the refreshing of the others', async () => {
    const a = world().session('a');
    await a.edit('x.ts');
    await a.edit('y.ts');
    const table = world().fixture.memory.table;
    world().advanceMinutes(6);
    await world().locks.break({ path: 'x.ts', byName: 'Grace', reason: undefined });
    await world().session('b').edit('x.ts');
    await a.read('z.ts');
    const y = table.bySession(a.entryId)?.locks.get('y.ts');
    assert.equal(y?.refreshedAtMs, world().clock.now());
  });

  it('a repeated edit of what is held asks the stores for nothing', async () => {
    const a = world().session('a', { pid: 1 });
    await a.edit('x.ts');
    const before = world().storeCalls;
    await a.edit('x.ts');
    await a.read('y.ts');
    await a.fire({ kind: 'other' });
    await a.beforeShell();
    await a.afterShell();
    assert.equal(world().storeCalls, before);
  });

  it('a turn without edits begins and ends without the stores', async () => {
    const a = world().session('a', { pid: 1 });
    await a.start();
    const before = world().storeCalls;
    await a.prompt();
    await a.read('x.ts');
    await a.fire({ kind: 'waiting', reason: 'permission', text: 'may I' });
    await a.stop();
    assert.equal(world().storeCalls, before);
  });
});

describe('who may be taken locks from', () => {
  const world = useHookWorld();
  const transcript = '/transcripts/a';

  async function beforeB(): Promise<string> {
    return (await world().session('b', { pid: 2 }).beforeEdit('x.ts')).kind;
  }

  it('an agent of which nothing is heard for ten minutes', async () => {
    await world().session('a', { pid: 1 }).edit('x.ts');
    world().advanceMinutes(9.9);
    assert.equal(await beforeB(), 'refuse');
    world().advanceMinutes(0.2);
    assert.equal(await beforeB(), 'nothing');
  });

  it('not while its transcript grows', async () => {
    await world().session('a', { pid: 1 }).edit('x.ts');
    world().advanceMinutes(30);
    world().transcripts.set(transcript, { changedMs: world().clock.now() - 60_000 });
    assert.equal(await beforeB(), 'refuse');
    world().advanceMinutes(9.5);
    assert.equal(await beforeB(), 'nothing');
  });

  it('not while a tool runs, which says nothing, but for an hour at most', async () => {
    const a = world().session('a', { pid: 1 });
    await a.edit('x.ts');
    await a.beforeShell({ call: 'long' });
    world().advanceMinutes(59);
    assert.equal(await beforeB(), 'refuse');
    world().advanceMinutes(2);
    assert.equal(await beforeB(), 'nothing');
  });

  it('an edit that was refused is no tool that runs', async () => {
    const a = world().session('a', { pid: 1 });
    const c = world().session('c', { pid: 3 });
    await c.edit('y.ts');
    await a.edit('x.ts');
    assert.equal((await a.beforeEdit('y.ts', { call: 'no' })).kind, 'refuse');
    assert.equal(a.agent.tools.size, 0);
    world().advanceMinutes(11);
    assert.equal(await beforeB(), 'nothing');
  });

  it('an edit of which no end is told keeps nobody at work, and is forgotten with a later call', async () => {
    const a = world().session('a', { pid: 1 });
    await a.edit('x.ts');
    await a.beforeEdit('y.ts', { call: 'lost' });
    assert.equal(a.agent.tools.size, 1);
    world().advanceMinutes(9);
    assert.equal(await beforeB(), 'refuse');
    world().advanceMinutes(2);
    assert.equal(await beforeB(), 'nothing');
    await a.beforeShell({ call: 'next' });
    assert.deepEqual([...a.agent.tools.keys()], ['next']);
  });

  it('a command of which no end is told is over with the turn', async () => {
    const a = world().session('a', { pid: 1 });
    await a.beforeShell({ call: 'lost' });
    world().advanceMinutes(2);
    await a.read('y.ts');
    assert.deepEqual([...a.agent.tools.keys()], ['lost']);
    await a.stop();
    assert.equal(a.agent.tools.size, 0);
  });

  it('one that a person stopped', async () => {
    await world().session('a', { pid: 1 }).edit('x.ts');
    world().clock.advance(2000);
    world().transcripts.set(transcript, { interruptedMs: world().clock.now() });
    assert.equal(await beforeB(), 'nothing');
  });

  it('not one that was stopped and has gone on since', async () => {
    const a = world().session('a', { pid: 1 });
    world().transcripts.set(transcript, { interruptedMs: world().clock.now() });
    world().clock.advance(2000);
    await a.prompt();
    await a.edit('x.ts');
    assert.equal(await beforeB(), 'refuse');
  });

  it('one that waits for a person for fifteen minutes; it is told and its token is fenced', async () => {
    const a = world().session('a', { pid: 1 });
    await a.edit('x.ts');
    const [lock] = await world().locks.list();
    const token = lock?.lock.token ?? 0;
    await a.fire({ kind: 'waiting', reason: 'permission', text: 'Bash: make' });
    world().advanceMinutes(14);
    assert.equal(await beforeB(), 'refuse');
    world().advanceMinutes(2);
    assert.equal(await beforeB(), 'nothing');

    const ref = { kind: 'session', sessionId: a.entryId } as const;
    const check = await world().locks.check(ref, 'x.ts', token);
    assert.equal(check.kind, 'lost');
    assert.equal(check.ended?.reason, 'unanswered');
    assert.equal(check.takenBy?.holder.name, 'b');
    const [reaped] = world().events.filter(({ kind }) => kind === 'lock-reaped');
    assert.deepEqual([reaped?.cause, reaped?.actor.sessionId], ['unanswered', a.entryId]);
    assert.ok(check.takenBy.lock.token > token);
  });

  it('not one that was answered and goes on, by what it writes', async () => {
    const a = world().session('a', { pid: 1 });
    await a.edit('x.ts');
    await a.fire({ kind: 'waiting', reason: 'question', text: 'which?' });
    world().advanceMinutes(20);
    world().transcripts.set(transcript, { changedMs: world().clock.now() - 60_000 });
    assert.equal(await beforeB(), 'refuse');
  });

  it('not one that took the file again a moment ago', async () => {
    const a = world().session('a', { pid: 1 });
    await a.edit('x.ts');
    // Its end was told, but nobody could close the turn.
    world().storeFailure = new Error('locked');
    await a.stop().catch(() => undefined);
    world().storeFailure = undefined;
    assert.deepEqual(await world().held(), ['agent-a: x.ts']);
    assert.equal(await beforeB(), 'refuse', 'taken within the last second');
    world().clock.advance(1500);
    assert.equal(await beforeB(), 'nothing');
  });

  it('not of what the agent asked for itself', async () => {
    const a = world().session('a', { pid: 1 });
    await a.start();
    const ref = { kind: 'session', sessionId: a.entryId } as const;
    await world().locks.lock(ref, { paths: ['x.ts'], ttlMs: 3_600_000 });
    await a.stop();
    world().advanceMinutes(30);
    assert.equal(await beforeB(), 'refuse');
  });

  it('a clock that was set back keeps an agent that works what it has, and frees it when it is quiet', async () => {
    const a = world().session('a', { pid: 1 });
    await a.edit('x.ts');
    world().clock.jumpTo(world().clock.now() - 3_600_000);
    await a.read('y.ts');
    assert.equal(await beforeB(), 'refuse');
    world().advanceMinutes(11);
    assert.equal(await beforeB(), 'nothing');
  });
});
