import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LockView } from '../../../src/core/locks/lockTable.ts';
import { newHolder } from '../../../src/core/locks/lockHolder.ts';
import { writeSteps, type WriteStep } from '../../../src/node/atomicWrite.ts';
import type { JsonLockStore } from '../../../src/node/jsonLockStore.ts';
import { named, pathsHeldBy, useLockFixture } from '../../support/lockFixture.ts';
import { rejectsWith } from '../../support/rejectsWith.ts';

describe('Writing the files of holders', () => {
  const fixture = useLockFixture('json');

  function contents(): Readonly<Record<string, string>> {
    const names = readdirSync(fixture().folder).filter((name) => name.endsWith('.json'));
    return Object.fromEntries(
      names.map((name) => [name, readFileSync(join(fixture().folder, name), 'utf8')]),
    );
  }

  function heldIn(view: LockView): readonly string[] {
    return [...view.holders()]
      .map((holder) => `${holder.name}: ${pathsHeldBy(holder).join(' ')}`)
      .sort();
  }

  /** A store whose writes fail at a step, from the given number of times on that it is reached. */
  function failing(at: WriteStep, from = 1): { readonly store: JsonLockStore; stop: () => void } {
    let count = 0;
    let isFailing = true;
    const store = fixture().openFiles({
      observeWrite: (step) => {
        if (step !== at || !isFailing) return;
        count += 1;
        if (count >= from) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
      },
    });
    return { store, stop: () => (isFailing = false) };
  }

  async function assertMemoryIsDisk(store: JsonLockStore): Promise<void> {
    const mine = heldIn((await store.refresh()).view);
    assert.deepEqual(mine, heldIn((await fixture().openStore().refresh()).view));
  }

  for (const step of writeSteps.filter((each) => each !== 'lock-acquired')) {
    it(`that fail at ${step} are an error, and what is known is what is on disk`, async () => {
      await fixture()
        .open()
        .lock(named('a'), { paths: ['x'] });
      const before = contents();
      const { store, stop } = failing(step);
      const locks = fixture().openOn(store);

      const message = await rejectsWith(locks.lock(named('a'), { paths: ['y'] }), 'io');

      assert.match(message, /no space left.*free space/);
      await assertMemoryIsDisk(store);
      const isDone = step === 'renamed' || step === 'folder-synced';
      if (!isDone) assert.deepEqual(contents(), before);
      assert.deepEqual(
        readdirSync(fixture().folder).filter((name) => name.includes('.tmp-')),
        [],
      );
      stop();
      assert.equal((await locks.lock(named('a'), { paths: ['z'] })).kind, 'granted');
      await assertMemoryIsDisk(store);
    });
  }

  it('whoever loses something is written before whoever gains it', async () => {
    await fixture()
      .open()
      .lock(named('a'), { paths: ['x'], ttlMs: 1_000 });
    fixture().clock.advance(1_000);
    const { store } = failing('temporary-created', 2);
    await rejectsWith(
      fixture()
        .openOn(store)
        .lock(named('b'), { paths: ['x'] }),
      'io',
    );
    await assertMemoryIsDisk(store);
    assert.deepEqual(heldIn((await store.refresh()).view), ['a: ']);
  });

  it('an import that replaces is written in that order too', async () => {
    await fixture()
      .open()
      .lock(named('victim'), { paths: ['x', 'y'] });
    const agent = { state: 'active', last_seen_ms: 0, edit_count: 0 } as const;
    const endsAtMs = fixture().clock.now() + 60_000;
    const snapshot = {
      next_id: 1,
      agents: [
        { id: 11, name: 'one', ...agent, locked_paths: { x: endsAtMs } },
        { id: 12, name: 'two', ...agent, locked_paths: { y: endsAtMs } },
      ],
    };
    const { store } = failing('temporary-created', 2);
    await rejectsWith(fixture().openOn(store).import(snapshot, true), 'io');
    assert.deepEqual(heldIn((await fixture().openStore().refresh()).view), ['victim: ']);
  });

  it('what throws in a transaction leaves everything as it was', async () => {
    const store = fixture().openFiles();
    await fixture()
      .openOn(store)
      .lock(named('a'), { paths: ['x'] });
    const before = contents();
    const failure = new Error('of the work');
    const work = store.transact((book) => {
      const holder = book.byName('a');
      if (holder) book.put({ ...holder, locks: new Map() });
      book.put(newHolder({ id: 9, name: 'new', identity: { kind: 'name' }, nowMs: 0 }));
      book.remove(1);
      return Promise.reject(failure);
    });
    await assert.rejects(work, failure);
    assert.deepEqual(contents(), before);
    assert.deepEqual(heldIn((await store.refresh()).view), ['a: x']);
    assert.equal(
      (
        await fixture()
          .openOn(store)
          .lock(named('b'), { paths: ['x'] })
      ).kind,
      'held',
    );
  });

  it('readers see nothing of a transaction until it is on disk', async () => {
    const store = fixture().openFiles();
    await fixture()
      .openOn(store)
      .lock(named('a'), { paths: ['x'] });
    await store.transact(async (book) => {
      book.remove(1);
      book.put(newHolder({ id: 9, name: 'new', identity: { kind: 'name' }, nowMs: 0 }));
      assert.equal(book.byName('a'), undefined);
      assert.equal(book.nextId, 10);
      const { view } = await store.refresh();
      assert.deepEqual(heldIn(view), ['a: x']);
      assert.equal(view.overlapping('x').length, 1);
    });
    assert.deepEqual(heldIn((await store.refresh()).view), ['new: ']);
  });

  it('what could not be read again is not written, and nothing else is', async () => {
    const store = fixture().openFiles();
    await fixture()
      .openOn(store)
      .lock(named('a'), { paths: ['x'] });
    const before = contents();
    const work = store.transact((book) => {
      const holder = book.byName('a');
      if (holder) book.put({ ...holder, locks: new Map() });
      book.put(newHolder({ id: 9, name: '', identity: { kind: 'name' }, nowMs: 0 }));
      return Promise.resolve();
    });
    await rejectsWith(work, 'invalid-holder');
    assert.deepEqual(contents(), before);
    assert.deepEqual(heldIn((await store.refresh()).view), ['a: x']);
  });

  it('transactions of one store run one after another', async () => {
    const store = fixture().openFiles();
    const locks = fixture().openOn(store);
    const names = Array.from({ length: 20 }, (_, i) => `holder ${i}`);
    const outcomes = await Promise.all(
      names.map((name) => locks.lock(named(name), { paths: ['x'] })),
    );
    assert.equal(outcomes.filter(({ kind }) => kind === 'granted').length, 1);
    assert.equal(outcomes[0]?.kind, 'granted');
  });

  for (const what of ['folder', 'lock file'] as const) {
    it(`the ${what} removed in mid-transaction is an error, and nothing is half done`, async () => {
      const store = fixture().openFiles();
      await fixture()
        .openOn(store)
        .lock(named('a'), { paths: ['x'] });
      const work = store.transact((book) => {
        const gone = what === 'folder' ? fixture().folder : join(fixture().folder, '.lock');
        rmSync(gone, { recursive: true });
        book.put(newHolder({ id: 9, name: 'new', identity: { kind: 'name' }, nowMs: 0 }));
        book.remove(1);
        return Promise.resolve();
      });
      await rejectsWith(work, 'io');
      const expected = what === 'folder' ? [] : ['a: x'];
      assert.deepEqual(heldIn((await fixture().openStore().refresh()).view), expected);
      await assertMemoryIsDisk(store);
      const next = await fixture()
        .openOn(store)
        .lock(named('b'), { paths: ['y'] });
      assert.equal(next.kind, 'granted');
      await assertMemoryIsDisk(store);
    });
  }

  it('a read-only store reads and never writes', async () => {
    await fixture()
      .open()
      .lock(named('a'), { paths: ['x'] });
    const before = contents();
    const locks = fixture().open({ isReadOnly: true });
    assert.equal((await locks.list()).length, 1);
    await rejectsWith(locks.lock(named('b'), { paths: ['y'] }), 'read-only');
    await rejectsWith(locks.release(named('a')), 'read-only');
    assert.deepEqual(contents(), before);
  });

  it('a folder that is not there is an empty one, and looking does not make it', async () => {
    const store = fixture().openFiles();
    assert.equal(await store.exists(), false);
    assert.deepEqual(await fixture().openOn(store).list(), []);
    assert.equal(await store.exists(), false);
  });

  it('something else where a folder belongs is an error that names it', async () => {
    mkdirSync(join(fixture().root, '.heddle'));
    writeFileSync(fixture().folder, '');
    const message = await rejectsWith(
      fixture()
        .open()
        .lock(named('a'), { paths: ['x'] }),
      'io',
    );
    assert.match(message, /file-locks/);
    mkdirSync(join(fixture().root, 'other'));
  });

  it('a folder in the place of the journal is an error, and nothing is half done', async () => {
    await fixture()
      .open()
      .lock(named('a'), { paths: ['x'] });
    rmSync(join(fixture().folder, '.changes'));
    mkdirSync(join(fixture().folder, '.changes'));
    const before = contents();
    await rejectsWith(
      fixture()
        .open()
        .lock(named('b'), { paths: ['y'] }),
      'io',
    );
    assert.deepEqual(contents(), before);
    assert.equal((await fixture().open().list()).length, 1);
  });

  it('objects of what did not change stay the same, and cost follows what changed', async () => {
    const store = fixture().openFiles();
    const others = fixture().open();
    for (let i = 0; i < 50; i += 1) await others.lock(named(`holder ${i}`), { paths: [`f${i}`] });
    const before = [...(await store.refresh()).view.holders()];
    assert.equal(before.length, 50);
    assert.deepEqual(
      [...(await store.refresh()).view.holders()].map((each, i) => each === before[i]),
      before.map(() => true),
    );
    await others.lock(named('holder 7'), { paths: ['more'] });
    const { view } = await store.refresh();
    const changed = before.filter((each) => view.get(each.id) !== each);
    assert.deepEqual(
      changed.map(({ name }) => name),
      ['holder 7'],
    );
    assert.equal(view.byName('holder 7')?.locks.get('f7'), changed[0]?.locks.get('f7'));
  });

  it('rubbish of writers who are gone is cleared away, and that of others is not', async () => {
    mkdirSync(fixture().folder, { recursive: true });
    const gone = `.holder-1.json.tmp-${2 ** 22 + 12345}-1-abcdef`;
    const mine = `.holder-1.json.tmp-${process.pid}-1-abcdef`;
    for (const name of [gone, mine]) writeFileSync(join(fixture().folder, name), 'x');
    const locks = fixture().open();
    await locks.lock(named('a'), { paths: ['x'] });
    await locks.lock(named('a'), { paths: ['y'] });
    const names = readdirSync(fixture().folder);
    assert.deepEqual([names.includes(gone), names.includes(mine)], [false, true]);
  });
});
