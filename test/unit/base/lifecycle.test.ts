import assert from 'node:assert/strict';
import { DisposableStore, toDisposable } from '../../../src/base/lifecycle.ts';

describe('DisposableStore', () => {
  it('DisposableStore disposes in reverse order, once', () => {
    const disposed: string[] = [];
    const store = new DisposableStore();
    for (const name of ['a', 'b', 'c']) store.add({ dispose: () => disposed.push(name) });

    store.dispose();
    store.dispose();

    assert.deepEqual(disposed, ['c', 'b', 'a']);
  });

  it('DisposableStore disposes at once what is added after its disposal', () => {
    let isDisposed = false;
    const store = new DisposableStore();
    store.dispose();

    store.add({ dispose: () => (isDisposed = true) });

    assert.equal(isDisposed, true);
  });

  it('DisposableStore disposes everything although one of them throws', () => {
    const disposed: string[] = [];
    const store = new DisposableStore();
    store.add({ dispose: () => disposed.push('a') });
    store.add({
      dispose: () => {
        throw new Error('cannot be disposed');
      },
    });

    assert.throws(() => store.dispose(), /cannot be disposed/);

    assert.deepEqual(disposed, ['a']);
  });
});

describe('toDisposable', () => {
  it('toDisposable runs its work once', () => {
    let count = 0;
    const disposable = toDisposable(() => (count += 1));

    disposable.dispose();
    disposable.dispose();

    assert.equal(count, 1);
  });
});
