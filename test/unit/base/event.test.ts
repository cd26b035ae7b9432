import assert from 'node:assert/strict';
import { Emitter, runAndSubscribe } from '../../../src/base/event.ts';
import type { Disposable } from '../../../src/base/lifecycle.ts';

describe('Emitter', () => {
  it('Emitter delivers an event fired by a listener after the current round, in order', () => {
    const emitter = new Emitter<string>();
    const heard: string[] = [];
    emitter.event((event) => {
      heard.push(`first ${event}`);
      if (event === 'a') emitter.fire('b');
    });
    emitter.event((event) => heard.push(`second ${event}`));

    emitter.fire('a');

    assert.deepEqual(heard, ['first a', 'second a', 'first b', 'second b']);
  });

  it('Emitter calls the others and tells of it when a listener throws', () => {
    const errors: unknown[] = [];
    const emitter = new Emitter<number>((error) => errors.push(error));
    const heard: number[] = [];
    const failure = new Error('broken listener');
    emitter.event(() => {
      throw failure;
    });
    emitter.event((event) => heard.push(event));

    emitter.fire(1);
    emitter.fire(2);

    assert.deepEqual(heard, [1, 2]);
    assert.deepEqual(errors, [failure, failure]);
  });

  it('Emitter delivers events that carry nothing', () => {
    const emitter = new Emitter<void>();
    let count = 0;
    emitter.event(() => (count += 1));

    emitter.fire();
    emitter.fire();

    assert.equal(count, 2);
  });

  it('Emitter does not call a listener that another one has just disposed', () => {
    const emitter = new Emitter<string>();
    const heard: string[] = [];
    const subscriptions: Disposable[] = [];
    emitter.event(() => subscriptions.forEach((subscription) => subscription.dispose()));
    emitter.event((event) => heard.push(event), undefined, subscriptions);

    emitter.fire('a');

    assert.deepEqual(heard, []);
  });

  it('Emitter is silent after its disposal, also for what was fired before', () => {
    const emitter = new Emitter<string>();
    const heard: string[] = [];
    emitter.event((event) => {
      heard.push(event);
      emitter.fire('b');
      emitter.dispose();
    });

    emitter.fire('a');
    emitter.fire('c');

    assert.deepEqual(heard, ['a']);
  });

  it('Emitter calls with the given this and unsubscribes through the given list', () => {
    const emitter = new Emitter<number>();
    const target = { sum: 0 };
    const list: Disposable[] = [];
    emitter.event(
      function (this: typeof target, event) {
        this.sum += event;
      },
      target,
      list,
    );

    emitter.fire(2);
    list.forEach((item) => item.dispose());
    emitter.fire(3);

    assert.equal(target.sum, 2);
  });
});

describe('runAndSubscribe', () => {
  it('runAndSubscribe calls at once without an event, then on each one until disposed', () => {
    const emitter = new Emitter<number>();
    const heard: (number | undefined)[] = [];
    const subscription = runAndSubscribe(emitter.event, (event) => heard.push(event));

    emitter.fire(1);
    subscription.dispose();
    emitter.fire(2);

    assert.deepEqual(heard, [undefined, 1]);
  });
});
