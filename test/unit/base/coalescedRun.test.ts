import assert from 'node:assert/strict';
import { CoalescedRun } from '../../../src/base/coalescedRun.ts';
import { settle } from '../../support/eventually.ts';

/** Work that ends when the test says so. */
class SlowWork {
  started = 0;
  private readonly ends: (() => void)[] = [];

  readonly run = (): Promise<void> => {
    this.started += 1;
    return new Promise((resolve) => this.ends.push(resolve));
  };

  async endOne(): Promise<void> {
    this.ends.shift()?.();
    await settle();
  }
}

function neverFails(error: unknown): void {
  assert.fail(String(error));
}

describe('CoalescedRun', () => {
  it('CoalescedRun starts the first request at once and many later ones as one', async () => {
    const work = new SlowWork();
    const run = new CoalescedRun(work.run, neverFails);

    void run.request();
    await settle();
    assert.equal(work.started, 1);
    for (let i = 0; i < 5; i += 1) void run.request();
    await settle();
    assert.equal(work.started, 1, 'one at a time');

    await work.endOne();
    assert.equal(work.started, 2, 'one more for all requests meanwhile');
    await work.endOne();
    assert.equal(work.started, 2);
  });

  it('CoalescedRun resolves a request when a run that started after it has ended', async () => {
    const work = new SlowWork();
    const run = new CoalescedRun(work.run, neverFails);
    let isDone = false;
    void run.request();
    await settle();
    void run.request().then(() => (isDone = true));

    await work.endOne();
    assert.equal(isDone, false, 'the run under way started before the request');
    await work.endOne();
    assert.equal(isDone, true);
  });

  it('CoalescedRun resolves a request although others keep coming', async () => {
    let isDone = false;
    let runs = 0;
    const run: CoalescedRun = new CoalescedRun(async () => {
      runs += 1;
      await Promise.resolve();
      if (runs < 1000 && !isDone) void run.request();
    }, neverFails);

    await run.request().then(() => (isDone = true));

    assert.ok(runs < 5, `a request waited for ${runs} runs`);
  });

  it('CoalescedRun never overlaps a run that asks for the next one in its first moment', async () => {
    let [running, most, runs] = [0, 0, 0];
    const run: CoalescedRun = new CoalescedRun(async () => {
      running += 1;
      runs += 1;
      most = Math.max(most, running);
      if (runs < 10) void run.request();
      await Promise.resolve();
      running -= 1;
    }, neverFails);

    await run.request();
    await settle();

    assert.equal(most, 1);
    assert.equal(runs, 10);
  });

  it('CoalescedRun tells what the work throws and goes on', async () => {
    const errors: unknown[] = [];
    let runs = 0;
    const failure = new Error('first run fails');
    const run = new CoalescedRun(
      () => {
        runs += 1;
        if (runs === 1) throw failure;
        return Promise.resolve();
      },
      (error) => errors.push(error),
    );

    await run.request();
    await run.request();

    assert.deepEqual(errors, [failure]);
    assert.equal(runs, 2);
  });

  it('CoalescedRun starts nothing after its disposal', async () => {
    const work = new SlowWork();
    const run = new CoalescedRun(work.run, neverFails);
    void run.request();
    await settle();
    void run.request();

    run.dispose();
    await work.endOne();
    await run.request();

    assert.equal(work.started, 1);
  });
});
