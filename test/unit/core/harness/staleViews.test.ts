import assert from 'node:assert/strict';
import { useHookWorld, type WorldSession } from './hookWorld.ts';

describe('a view that is out of date', () => {
  const world = useHookWorld();
  const stale = { kind: 'refuse', reason: 'stale: x.ts' };

  /** One has read the file, and another one changed it and gave it back. */
  async function outdated(about: { readonly reportsReads?: boolean } = {}): Promise<WorldSession> {
    world().write('x.ts');
    const a = world().session('a', { pid: 1, ...about });
    await a.read('x.ts');
    await changedByB();
    return a;
  }

  async function changedByB(): Promise<void> {
    world().clock.advance(1000);
    const b = world().session('b', { pid: 2 });
    await b.edit('x.ts');
    await b.stop();
  }

  it('is refused once, and not when the agent repeats the edit', async () => {
    const a = await outdated();
    assert.deepEqual(await a.beforeEdit('x.ts', { call: '1' }), stale);
    assert.equal((await a.beforeEdit('x.ts', { call: '2' })).kind, 'nothing');
  });

  it('is refused again for another change, and to another agent', async () => {
    const a = await outdated();
    const c = world().session('c', { pid: 3 });
    assert.deepEqual(await a.beforeEdit('x.ts', { call: '1' }), stale);
    await a.stop();
    await changedByB();
    assert.deepEqual(await a.beforeEdit('x.ts', { call: '2' }), stale);
    await a.stop();
    await c.read('x.ts');
    await changedByB();
    assert.deepEqual(await c.beforeEdit('x.ts', { call: '3' }), stale);
  });

  it('keeps the file locked for the agent, so that nobody comes between', async () => {
    const a = await outdated();
    await a.beforeEdit('x.ts');
    assert.deepEqual(await world().held(), ['agent-a: x.ts']);
  });

  it('is up to date again when the agent has read the file', async () => {
    const a = await outdated();
    await a.read('x.ts');
    assert.equal((await a.beforeEdit('x.ts')).kind, 'nothing');
  });

  it('is none for a file that the agent never saw', async () => {
    await outdated();
    const c = world().session('c', { pid: 3 });
    assert.equal((await c.beforeEdit('x.ts')).kind, 'nothing');
  });

  it('is none when nobody is known to have changed the file, or only the agent itself', async () => {
    world().write('x.ts');
    const a = world().session('a', { pid: 1 });
    await a.edit('x.ts');
    world().clock.advance(1000);
    world().write('x.ts');
    assert.equal((await a.beforeEdit('x.ts')).kind, 'nothing');
  });

  it('is none for an agent that does not tell what it reads', async () => {
    const a = world().session('a', { pid: 1, reportsReads: false });
    await a.edit('x.ts');
    await a.stop();
    await changedByB();
    assert.equal((await a.beforeEdit('x.ts')).kind, 'nothing');
  });

  it('is none where the settings say so', async () => {
    const a = await outdated();
    world().settings = { ...world().settings, refuseStaleViews: false };
    assert.equal((await a.beforeEdit('x.ts')).kind, 'nothing');
  });

  it('is also one of a child of the same session', async () => {
    world().write('x.ts');
    const a = world().session('a', { pid: 1 });
    await a.read('x.ts');
    await a.fire({ kind: 'child-started' }, { child: 'k' });
    world().clock.advance(1000);
    await a.edit('x.ts', { child: 'k' });
    await a.fire({ kind: 'child-ended' }, { child: 'k' });
    assert.deepEqual(await a.beforeEdit('x.ts'), stale);
  });

  it('is told to every hook of the one call, one after another', async () => {
    const a = await outdated();
    assert.deepEqual(await a.beforeEdit('x.ts', { call: 'same' }), stale);
    assert.deepEqual(await a.beforeEdit('x.ts', { call: 'same' }), stale);
    world().advanceMinutes(1);
    assert.equal((await a.beforeEdit('x.ts', { call: 'same' })).kind, 'nothing', 'later');
  });

  it('is told to every hook of the one call at once, and to one of several calls', async () => {
    const a = await outdated();
    const same = await Promise.all([1, 2, 3].map(() => a.beforeEdit('x.ts', { call: 'same' })));
    assert.deepEqual(same, [stale, stale, stale]);
    await a.stop();
    await changedByB();
    const calls = ['p', 'q', 'r'].map((call) => a.beforeEdit('x.ts', { call }));
    const refused = (await Promise.all(calls)).filter(({ kind }) => kind === 'refuse');
    assert.equal(refused.length, 1);
  });

  it('of a file that it holds is refused once when a shell command changed it', async () => {
    const a = world().session('a', { pid: 1 });
    const b = world().session('b', { pid: 2 });
    await a.edit('x.ts');
    await b.beforeShell();
    world().clock.advance(1000);
    world().write('x.ts');
    await b.afterShell();
    assert.deepEqual(await a.beforeEdit('x.ts', { call: '1' }), stale);
    assert.equal((await a.beforeEdit('x.ts', { call: '2' })).kind, 'nothing');
  });

  it('of a file that it holds is told to an agent that does not tell what it reads', async () => {
    const a = world().session('a', { pid: 1, reportsReads: false });
    const b = world().session('b', { pid: 2 });
    await a.edit('x.ts');
    await b.beforeShell();
    world().clock.advance(1000);
    world().write('x.ts');
    await b.afterShell();
    assert.deepEqual(await a.beforeEdit('x.ts'), { kind: 'tell', text: 'meanwhile: x.ts' });
    assert.equal((await a.beforeEdit('x.ts')).kind, 'nothing');
  });

  describe('by an edit of which no end was told', () => {
    async function lostEdit(isWritten: boolean): Promise<{ a: WorldSession; b: WorldSession }> {
      const [a, b] = [world().session('a', { pid: 1 }), world().session('b', { pid: 2 })];
      world().write('x.ts');
      await b.read('x.ts');
      world().clock.advance(1000);
      await a.beforeEdit('x.ts', { call: 'lost' });
      if (isWritten) world().write('x.ts');
      world().clock.advance(1000);
      return { a, b };
    }
    const edited = () => world().events.filter(({ kind }) => kind === 'file-edited').length;

    it('is noticed at the end of the turn', async () => {
      const { a, b } = await lostEdit(true);
      await a.stop();
      assert.equal(edited(), 1);
      assert.deepEqual(await b.beforeEdit('x.ts'), { kind: 'refuse', reason: 'stale: x.ts' });
    });

    it('is noticed with the first call a minute later, and once', async () => {
      const { a } = await lostEdit(true);
      await a.read('y.ts');
      assert.equal(edited(), 0, 'it may still go on');
      world().advanceMinutes(2);
      await a.beforeEdit('x.ts', { call: 'next' });
      assert.equal(edited(), 1);
      await a.stop();
      assert.equal(edited(), 1);
    });

    it('is none when nothing was changed', async () => {
      const { a, b } = await lostEdit(false);
      await a.stop();
      assert.equal(edited(), 0);
      assert.deepEqual(await b.beforeEdit('x.ts'), { kind: 'nothing' });
    });
  });
});
