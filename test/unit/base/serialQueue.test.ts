import assert from 'node:assert/strict';
import { SerialQueue } from '../../../src/base/serialQueue.ts';

describe('SerialQueue', () => {
  it('SerialQueue runs one piece at a time, in order, whatever fails', async () => {
    const queue = new SerialQueue();
    const log: string[] = [];
    const work = (name: string, fails: boolean) => async (): Promise<string> => {
      log.push(`${name} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      log.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    };

    const results = await Promise.allSettled([
      queue.run(work('a', false)),
      queue.run(work('b', true)),
      queue.run(work('c', false)),
    ]);

    assert.deepEqual(log, ['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
    assert.deepEqual(
      results.map((result) => result.status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
  });
});
