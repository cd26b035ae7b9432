import assert from 'node:assert/strict';
import type { HolderRef } from '../../../../src/core/locks/holderRef.ts';
import { useHookWorld, type WorldSession } from './hookWorld.ts';

describe('what a shell command changes', () => {
  const world = useHookWorld();
  const changed = { kind: 'tell', text: 'changed: x.ts' };

  async function holding(path = 'x.ts'): Promise<WorldSession> {
    const a = world().session('a', { pid: 1 });
    await a.edit(path);
    world().clock.advance(1000);
    return a;
  }

  /** The command of another agent, and what happens while it runs. */
  async function commandOf(key: string, during: () => void | Promise<void>): Promise<unknown> {
    const session = world().session(key, { pid: key.charCodeAt(0) });
    await session.beforeShell();
    world().clock.advance(1000);
    await during();
    world().clock.advance(1000);
    return session.afterShell();
  }

  const savedOver = () =>
    world()
      .events.filter(({ kind }) => kind === 'lock-saved-over')
      .map(({ other, paths, cause, reason }) => [other?.sessionId, ...paths, cause, reason]);

  it('of a file that another agent holds is recorded and told to both', async () => {
    const a = await holding();
    const told = await commandOf('b', () => world().write('x.ts'));
    assert.deepEqual(told, changed);
    assert.deepEqual(savedOver(), [['agent-b', 'x.ts', 'shell', 'make']]);
    assert.equal((await a.beforeEdit('x.ts')).kind, 'refuse');
  });

  it('counts when the file comes into being and when it vanishes', async () => {
    const a = world().session('a', { pid: 1 });
    await a.beforeEdit('x.ts', { call: '1' });
    await a.fire({
      kind: 'tool-ended',
      call: { name: 'Edit', callId: '1', action: { kind: 'edit', paths: ['x.ts'] } },
      hasFailed: true,
    });
    assert.deepEqual(await commandOf('b', () => world().write('x.ts')), changed);
    world().clock.advance(1000);
    assert.deepEqual(await commandOf('c', () => void world().disk.delete('x.ts')), changed);
  });

  it('of files that nobody else holds is nobody’s business', async () => {
    await holding();
    const told = await commandOf('b', () => {
      world().write('free.ts');
    });
    assert.deepEqual(told, { kind: 'nothing' });
    assert.deepEqual(savedOver(), []);
  });

  it('of its own files, and those of its children and its session, is nobody’s business', async () => {
    const a = await holding();
    await a.fire({ kind: 'child-started' }, { child: 'k' });
    await a.edit('k.ts', { child: 'k' });
    for (const child of [undefined, 'k']) {
      await a.beforeShell({ child });
      world().clock.advance(1000);
      world().write('x.ts');
      world().write('k.ts');
      assert.deepEqual(await a.afterShell({ child }), { kind: 'nothing' });
    }
    assert.deepEqual(savedOver(), []);
  });

  it('is not what the holder itself edits meanwhile, told by its hook or about to be told', async () => {
    const a = await holding();
    assert.deepEqual(await commandOf('b', async () => void (await a.edit('x.ts'))), {
      kind: 'nothing',
    });
    const running = commandOf('b', async () => {
      await a.beforeEdit('x.ts', { call: 'running' });
      world().write('x.ts');
    });
    assert.deepEqual(await running, { kind: 'nothing' });
  });

  it('is a change although the holder began an edit long ago of which no end was told', async () => {
    const a = await holding();
    await a.beforeEdit('x.ts', { call: 'lost' });
    world().advanceMinutes(2);
    await a.read('other.ts');
    assert.deepEqual(await commandOf('b', () => world().write('x.ts')), changed);
  });

  it('is still a change when the holder only read it afterwards', async () => {
    const a = await holding();
    const told = await commandOf('b', async () => {
      world().write('x.ts');
      await a.read('x.ts');
    });
    assert.deepEqual(told, changed);
  });

  it('is not what a command of the holder changes meanwhile', async () => {
    const a = await holding();
    const told = await commandOf('b', async () => {
      await a.beforeShell({ call: 'short' });
      world().write('x.ts');
      await a.afterShell({ call: 'short' });
    });
    assert.deepEqual(told, { kind: 'nothing' });
  });

  it('is a change although the holder ran a command at another time', async () => {
    const a = await holding();
    const told = await commandOf('b', async () => {
      await a.beforeShell({ call: 'short' });
      world().clock.advance(1000);
      await a.afterShell({ call: 'short' });
      world().clock.advance(1000);
      world().write('x.ts');
    });
    assert.deepEqual(told, changed);
  });

  it('of two commands at once is told to the one that ends first', async () => {
    await holding();
    let told: unknown;
    const slow = await commandOf('c', async () => {
      told = await commandOf('b', () => world().write('x.ts'));
    });
    assert.deepEqual(told, changed);
    assert.deepEqual(slow, { kind: 'nothing' });
    assert.equal(savedOver().length, 1);
  });

  describe('and the save of a person', () => {
    const person: HolderRef = { kind: 'window', windowId: 'w1', name: 'Ada', process: undefined };

    async function save(): Promise<void> {
      world().write('x.ts');
      world().clock.advance(100);
      await world().locks.noteSavedOver(person, 'x.ts');
    }

    it('which the editor has told is not the doing of the command', async () => {
      await holding();
      assert.deepEqual(await commandOf('b', save), { kind: 'nothing' });
      assert.equal(savedOver().length, 1);
      assert.equal(savedOver()[0]?.[0], undefined);
    });

    it('which the editor is about to tell is not the doing of the command', async () => {
      await holding();
      const b = world().session('b', { pid: 2 });
      await b.beforeShell();
      world().clock.advance(1000);
      world().write('x.ts');
      world().meanwhile = () => world().locks.noteSavedOver(person, 'x.ts');
      assert.deepEqual(await b.afterShell(), { kind: 'nothing' });
    });

    it('does not excuse what the command changes after it', async () => {
      await holding();
      const told = await commandOf('b', async () => {
        await save();
        world().clock.advance(1000);
        world().write('x.ts');
      });
      assert.deepEqual(told, changed);
    });

    it('does not excuse what a command changes that began after it', async () => {
      await holding();
      await save();
      world().clock.advance(1000);
      assert.deepEqual(await commandOf('b', () => world().write('x.ts')), changed);
    });
  });

  it('of a file that was given back meanwhile is nobody’s business', async () => {
    const a = await holding();
    const told = await commandOf('b', async () => {
      await a.stop();
      world().write('x.ts');
    });
    assert.deepEqual(told, { kind: 'nothing' });
  });

  it('is compared once for one call, however many hooks tell it', async () => {
    await holding();
    const b = world().session('b', { pid: 2 });
    await b.beforeShell({ call: 'same' });
    await b.beforeShell({ call: 'same' });
    world().clock.advance(1000);
    world().write('x.ts');
    const told = await Promise.all([1, 2].map(() => b.afterShell({ call: 'same' })));
    assert.deepEqual(told, [changed, { kind: 'nothing' }]);
    assert.equal(savedOver().length, 1);
  });

  it('is not looked at where the settings say so', async () => {
    await holding();
    world().settings = { ...world().settings, watchShellCommands: false };
    assert.deepEqual(await commandOf('b', () => world().write('x.ts')), { kind: 'nothing' });
  });

  it('of very many files is told in a few words, and of the first twenty to their holders', async () => {
    const a = world().session('a', { pid: 1 });
    const paths = Array.from({ length: 2000 }, (_, i) => `f${i}.ts`);
    await a.beforeEdit(paths.slice(0, 1000), { call: '1' });
    await a.beforeEdit(paths.slice(1000), { call: '2' });
    await a.afterEdit(paths.slice(0, 1000), { call: '1' });
    await a.afterEdit(paths.slice(1000), { call: '2' });
    world().clock.advance(1000);
    const told = await commandOf('b', () => paths.forEach((path) => world().write(path)));
    assert.ok(typeof told === 'object' && told !== null && 'text' in told);
    assert.equal(savedOver().length, 20);
  });
});

describe('an edit that no hook announced', () => {
  const world = useHookWorld();

  it('is recorded, and told to whoever holds the file', async () => {
    const a = world().session('a', { pid: 1 });
    await a.edit('x.ts');
    const b = world().session('b', { pid: 2 });
    world().write('x.ts');
    await b.fire({ kind: 'files-edited', paths: ['x.ts', '/elsewhere/y'] });
    const told = world().events.filter(({ kind }) => kind === 'lock-saved-over');
    assert.deepEqual(
      told.map(({ cause, other }) => [cause, other?.sessionId]),
      [['unguarded', 'agent-b']],
    );
    const edited = world().events.filter(({ kind }) => kind === 'file-edited');
    assert.deepEqual(edited.at(-1)?.paths, ['x.ts']);
  });

  it('that failed changed nothing, and one that is told twice is recorded once', async () => {
    const a = world().session('a', { pid: 1 });
    const call = { name: 'Edit', callId: 'f', action: { kind: 'edit', paths: ['x.ts'] } } as const;
    await a.beforeEdit('x.ts', { call: 'f' });
    await a.fire({ kind: 'tool-ended', call, hasFailed: true });
    const edited = () => world().events.filter(({ kind }) => kind === 'file-edited').length;
    assert.equal(edited(), 0);
    await a.beforeEdit('x.ts', { call: 'g' });
    await a.afterEdit('x.ts', { call: 'g' });
    await a.afterEdit('x.ts', { call: 'g' });
    assert.equal(edited(), 1);
    await a.beforeEdit('x.ts', { call: 'h' });
    await Promise.all([1, 2, 3].map(() => a.afterEdit('x.ts', { call: 'h' })));
    assert.equal(edited(), 2);
  });

  it('counts anew when a model uses the id of a call again', async () => {
    const a = world().session('a', { pid: 1 });
    await a.edit('x.ts', { call: 'call_0' });
    await a.edit('y.ts', { call: 'call_0' });
    const edited = world().events.filter(({ kind }) => kind === 'file-edited');
    assert.deepEqual(
      edited.map(({ paths }) => paths),
      [['x.ts'], ['y.ts']],
    );
    assert.equal(a.agent.edits, 2);
  });
});
