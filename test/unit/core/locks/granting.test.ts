import assert from 'node:assert/strict';
import type { FileLocks, LockWish } from '../../../../src/core/locks/fileLocks.ts';
import type { HolderRef } from '../../../../src/core/locks/holderRef.ts';
import type { LockOutcome } from '../../../../src/core/locks/lockRequest.ts';
import {
  describeWithEachLockStore,
  named,
  pathsHeldBy,
  useLockFixture,
  window,
} from '../../../support/lockFixture.ts';
import { rejectsWith } from '../../../support/rejectsWith.ts';

const a = named('a');
const b = named('b');
const c = named('c');

function refusers(outcome: LockOutcome): readonly string[] {
  if (outcome.kind === 'granted') return [];
  return outcome.conflicts.map(
    ({ path, holder, heldPath }) => `${path}: ${holder.name} ${heldPath}`,
  );
}

describeWithEachLockStore('FileLocks grants', (fixture) => {
  let locks: FileLocks;
  beforeEach(() => {
    locks = fixture().open();
  });

  async function take(ref: HolderRef, ...paths: readonly string[]): Promise<LockOutcome> {
    return locks.lock(ref, { paths });
  }

  async function held(): Promise<readonly string[]> {
    return (await locks.list()).map(({ holder, lock }) => `${holder.name} ${lock.path}`).sort();
  }

  it('what overlaps is refused, also folders, globs and the whole repository', async () => {
    await take(a, 'src/app', 'docs/*.md');
    for (const path of [
      'src/app',
      'src/app/main.ts',
      'src',
      '.',
      '**/main.ts',
      'src/*',
      'docs/x.md',
    ]) {
      assert.equal((await take(b, path)).kind, 'held', path);
    }
    for (const path of ['src/apple', 'src/app.ts', 'docs/x.txt', 'test']) {
      assert.equal((await take(b, path)).kind, 'granted', path);
    }
  });

  it('all paths or none, and a refusal says everything that stands in the way', async () => {
    await take(a, 'one');
    await take(b, 'two/deep');
    assert.deepEqual(refusers(await take(c, 'free', 'one', 'two')), [
      'one: a one',
      'two: b two/deep',
    ]);
    assert.deepEqual(await held(), ['a one', 'b two/deep']);
  });

  it('several may read, one may write', async () => {
    const shared: LockWish = { paths: ['x'], mode: 'shared' };
    assert.equal((await locks.lock(a, shared)).kind, 'granted');
    assert.equal((await locks.lock(b, shared)).kind, 'granted');
    assert.deepEqual(refusers(await take(c, 'x')), ['x: a x', 'x: b x']);
    assert.deepEqual(refusers(await take(a, 'x')), ['x: b x'], 'nor may one of them write');
    await locks.release(b, ['x']);
    assert.equal((await take(a, 'x')).kind, 'granted');
    assert.equal((await locks.lock(b, shared)).kind, 'held');
  });

  it('taking a path again in a weaker mode leaves it as strong as it was', async () => {
    await take(a, 'x');
    await locks.lock(a, { paths: ['x'], mode: 'shared' });
    assert.equal((await locks.lock(b, { paths: ['x'], mode: 'shared' })).kind, 'held');
  });

  it('one holder may have overlapping paths, and each is given back by itself', async () => {
    await take(a, 'src', 'src/main.ts', './src//main.ts');
    assert.deepEqual(await held(), ['a src', 'a src/main.ts']);
    await locks.release(a, ['src']);
    assert.deepEqual(await held(), ['a src/main.ts']);
    await locks.release(a);
    assert.deepEqual(await held(), []);
  });

  it('no path, too many and what is none are refused as a rejection, and nothing is written', async () => {
    const many = Array.from({ length: 1001 }, (_, i) => `file-${i}`);
    for (const paths of [[], many, ['../x'], ['/etc/passwd'], ['a\0b'], ['x'.repeat(2000)]]) {
      await rejectsWith(locks.lock(a, { paths }), 'invalid-path');
      await rejectsWith(
        locks.lockOrQueue(a, { paths, limitMs: 1_000, process: undefined }),
        'invalid-path',
      );
      await rejectsWith(locks.isFree(a, { paths }), 'invalid-path');
    }
    await rejectsWith(locks.holdersOf('..'), 'invalid-path');
    await rejectsWith(locks.check(a, '..', 1), 'invalid-path');
    await rejectsWith(locks.release(a, ['..']), 'invalid-path');
    await rejectsWith(locks.break({ path: '..', byName: 'x', reason: 'y' }), 'invalid-path');
    assert.deepEqual(await locks.export(), { next_id: 1, agents: [] });
    assert.equal((await take(a, ...many.slice(1))).kind, 'granted');
  });

  it('asking whether a path is free takes nothing', async () => {
    assert.ok(await locks.isFree(b, { paths: ['x'] }));
    await take(a, 'x');
    assert.ok(!(await locks.isFree(b, { paths: ['x'] })));
    assert.ok(await locks.isFree(a, { paths: ['x'] }));
    assert.deepEqual(await held(), ['a x']);
  });

  it('a break takes everything that overlaps from the others, and tells them', async () => {
    await take(a, 'src/a');
    await take(b, 'src/b', 'docs');
    await take(c, 'src/c');
    const ended = await locks.break({ path: 'src', by: c, byName: 'c', reason: ' stuck ' });
    assert.deepEqual(ended.map(({ holder, lock }) => `${holder.name} ${lock.path}`).sort(), [
      'a src/a',
      'b src/b',
    ]);
    assert.deepEqual(await held(), ['b docs', 'c src/c']);
    const { view } = await fixture().openStore().refresh();
    assert.deepEqual(
      view.byName('a')?.ended.map(({ path, ending, by, reason }) => ({ path, ending, by, reason })),
      [{ path: 'src/a', ending: 'broken', by: 'c', reason: 'stuck' }],
    );
  });

  it('whatever reason and name a break gives, the holder can be read afterwards', async () => {
    for (const [byName, reason] of [
      ['', ''],
      ['n'.repeat(5_000), 'r'.repeat(5_000)],
      ['\u{1F600}'.repeat(300), undefined],
    ] as const) {
      await take(a, 'x');
      assert.equal((await locks.break({ path: 'x', byName, reason })).length, 1);
      assert.equal((await fixture().openStore().refresh()).view.byName('a')?.locks.size, 0);
    }
  });

  it('records what happened, once each, and nothing of taking again', async () => {
    await locks.lock(a, { paths: ['x', 'y'], reason: 'work' });
    await locks.lock(a, { paths: ['x'] });
    await take(b, 'x');
    await locks.break({ path: 'x', byName: 'someone', reason: 'stuck' });
    await locks.release(a);
    await take(b, 'z');
    fixture().clock.advance(45_000);
    await take(c, 'z');
    assert.deepEqual(
      fixture().events.map(({ kind, actor, paths, other, reason, cause }) =>
        [kind, actor.name, paths.join(' '), other?.name, reason, cause]
          .filter((each) => each !== undefined)
          .join('; '),
      ),
      [
        'lock-granted; a; x y; work',
        'lock-refused; b; x; a',
        'lock-broken; a; x; someone; stuck',
        'lock-released; a; y',
        'lock-granted; b; z',
        'lock-reaped; b; z; silent',
        'lock-granted; c; z',
      ],
    );
  });
});

describe('Locks on a file system that ignores case', () => {
  const fixture = useLockFixture('json', { isCaseInsensitive: true, isWindows: true });

  it('two spellings of a path are one lock', async () => {
    const locks = fixture().open();
    await locks.lock(a, { paths: ['Src/Main.ts', 'src/main.TS'] });
    assert.equal((await locks.list()).length, 1);
    assert.equal(
      (
        await fixture()
          .open()
          .lock(b, { paths: ['SRC/MAIN.ts'] })
      ).kind,
      'held',
    );
    await locks.release(a, ['src/main.ts']);
    assert.deepEqual(await locks.list(), []);
  });
});

describe('Soft locks, which stand for unsaved changes', () => {
  const fixture = useLockFixture();
  const mine = window('window-1', 200);
  const soft: LockWish = { paths: ['x'], isSoft: true, ttlMs: 600_000 };
  let locks: FileLocks;
  beforeEach(() => {
    fixture().probe.run(200);
    locks = fixture().open();
  });

  it('keep others out like any other', async () => {
    await locks.lock(mine, soft);
    assert.equal((await locks.lock(a, { paths: ['x'] })).kind, 'held');
  });

  it('leave no record of being taken, given back, broken or over', async () => {
    await locks.lock(mine, soft);
    await locks.release(mine, ['x']);
    await locks.lock(mine, soft);
    await locks.break({ path: 'x', byName: 'someone', reason: undefined });
    await locks.lock(mine, soft);
    fixture().clock.advance(600_000);
    await locks.reap();
    assert.deepEqual(fixture().events, []);
  });

  it('become a lock by hand and are not taken back by a keystroke', async () => {
    await locks.lock(mine, soft);
    await locks.lock(mine, { paths: ['x'], isUntilReleased: true });
    assert.deepEqual(
      fixture().events.map(({ kind }) => kind),
      ['lock-granted'],
    );
    await locks.lock(mine, soft);
    const [lock] = await locks.list();
    assert.deepEqual([lock?.lock.isSoft, lock?.lock.term.kind], [false, 'until-released']);
  });

  it('may be broken alone', async () => {
    await locks.lock(mine, { ...soft, paths: ['src/x'] });
    await locks.lock(a, { paths: ['src/y'] });
    const ended = await locks.break({
      path: 'src',
      byName: 'b',
      reason: undefined,
      isSoftOnly: true,
    });
    assert.deepEqual(
      ended.map(({ lock }) => lock.path),
      ['src/x'],
    );
  });
});

describe('Families of agents', () => {
  const fixture = useLockFixture('json');
  let locks: FileLocks;
  let parent: HolderRef;
  let child: HolderRef;
  let grandchild: HolderRef;
  let sibling: HolderRef;
  let stranger: HolderRef;
  beforeEach(() => {
    locks = fixture().open();
    const spawnedBy = (key: string): { nativeParentActorKey: string } => ({
      nativeParentActorKey: key,
    });
    parent = fixture().agent('agent-parent', { nativeActorKey: 'parent' });
    child = fixture().agent('agent-child', { nativeActorKey: 'child', ...spawnedBy('parent') });
    grandchild = fixture().agent('agent-grandchild', { ...spawnedBy('child') });
    sibling = fixture().agent('agent-sibling', { ...spawnedBy('parent') });
    stranger = fixture().agent('agent-stranger');
  });

  async function isGranted(ref: HolderRef, ...paths: readonly string[]): Promise<boolean> {
    return (await locks.lock(ref, { paths })).kind === 'granted';
  }

  async function heldBy(sessionId: string): Promise<readonly string[]> {
    const { view } = await fixture().openStore().refresh();
    return pathsHeldBy(view.bySession(sessionId));
  }

  it('a descendant may have what lies inside what its ancestor holds; a stranger may not', async () => {
    assert.ok(await isGranted(parent, 'src'));
    assert.ok(await isGranted(child, 'src/a.ts'));
    assert.ok(await isGranted(grandchild, 'src/a.ts'));
    assert.ok(!(await isGranted(stranger, 'src/b.ts')));
  });

  it('siblings keep each other out, inside what their parent holds as well', async () => {
    await isGranted(parent, 'src');
    assert.ok(await isGranted(child, 'src/a.ts'));
    assert.ok(!(await isGranted(sibling, 'src/a.ts')));
    assert.ok(await isGranted(sibling, 'src/b.ts'));
  });

  it('a descendant may not have more than its ancestor holds', async () => {
    await isGranted(parent, 'src/a.ts');
    assert.ok(!(await isGranted(child, 'src')));
    assert.ok(!(await isGranted(child, 'src/*.ts')));
  });

  it('an ancestor may not have what its descendant holds, until that is given back', async () => {
    await isGranted(child, 'src/a.ts');
    assert.ok(!(await isGranted(parent, 'src/a.ts')));
    assert.ok(!(await isGranted(parent, 'src')));
    await locks.release(child, ['src/a.ts']);
    assert.ok(await isGranted(parent, 'src'));
  });

  it('what an ancestor gives back its descendants lose as well, and are told; a stranger does not', async () => {
    await isGranted(parent, 'src');
    await isGranted(child, 'src/a.ts');
    await isGranted(grandchild, 'src/b.ts', 'docs');
    await isGranted(stranger, 'test');
    const ended = await locks.release(parent, ['src', 'test']);
    assert.equal(ended.length, 3);
    assert.deepEqual(await heldBy('agent-child'), []);
    assert.deepEqual(await heldBy('agent-grandchild'), ['docs']);
    assert.deepEqual(await heldBy('agent-stranger'), ['test']);
    const { view } = await fixture().openStore().refresh();
    assert.deepEqual(
      view.bySession('agent-child')?.ended.map(({ ending, by }) => [ending, by]),
      [['released', view.bySession('agent-parent')?.name]],
    );
  });

  it('a descendant may not give back what its ancestor holds', async () => {
    await isGranted(parent, 'src');
    assert.deepEqual(await locks.release(child, ['src']), []);
    assert.deepEqual(await heldBy('agent-parent'), ['src']);
  });

  it('whoever waits for what an ancestor holds does not keep its descendants out of it', async () => {
    await isGranted(parent, 'src');
    const wish = { paths: ['src'], limitMs: 60_000, process: undefined };
    assert.equal((await locks.lockOrQueue(stranger, wish)).kind, 'queued');
    assert.ok(await isGranted(child, 'src/a.ts'));
    assert.ok(!(await isGranted(fixture().agent('agent-late'), 'src/b.ts')));
  });

  it('waiting for a descendant of whom one holds something is no round', async () => {
    await isGranted(parent, 'src');
    await isGranted(sibling, 'src/a.ts');
    await isGranted(child, 'docs');
    const wait = { limitMs: 60_000, process: undefined };
    assert.equal((await locks.lockOrQueue(child, { paths: ['src/a.ts'], ...wait })).kind, 'queued');
    assert.equal((await locks.lockOrQueue(parent, { paths: ['docs'], ...wait })).kind, 'queued');
  });
});
