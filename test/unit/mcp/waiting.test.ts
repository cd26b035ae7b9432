import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { eventually } from '../../support/eventually.ts';
import { call, useMcpFixture } from './mcpFixture.ts';

describe('wait_for_files', () => {
  const fixture = useMcpFixture();
  const waiters = async (): Promise<readonly string[]> => {
    const { view } = await fixture().locks.store.refresh();
    return [...view.waiters()].map(({ name }) => name);
  };
  const untilWaiting = (count: number): Promise<void> =>
    eventually(`${count} wait`, async () => (await waiters()).length === count);

  it('answers at once for what is free', async () => {
    const client = await fixture().connect();
    const { data } = await call(client, 'wait_for_files', { paths: ['a'], agent: 'me' });
    deepEqual([data.outcome, data.wait, data.position], ['granted', null, null]);
  });

  it('is woken by a release, and tells its place in the queue meanwhile', async () => {
    await fixture().lockAs('other', 'a');
    const client = await fixture().connect();
    const told: (string | undefined)[] = [];
    const waits = (agent: string): Promise<unknown> =>
      client.callTool({ name: 'wait_for_files', arguments: { paths: ['a'], agent } }, undefined, {
        onprogress: ({ message }) => told.push(message),
      });
    const first = waits('first');
    await untilWaiting(1);
    const second = waits('second');
    await untilWaiting(2);
    await eventually('both are told', () => told.length === 2);
    match(told[0] ?? '', /Waiting up to 50 s for a\. Ahead: other\. Number 1 in the queue/);
    match(told[1] ?? '', /Number 2 in the queue/);
    await fixture().locks.locks.release({ kind: 'text', text: 'other' });
    const { structuredContent } = (await first) as { structuredContent: Record<string, unknown> };
    deepEqual([structuredContent.outcome, structuredContent.position], ['granted', 1]);
    deepEqual(await fixture().held(), ['a first']);
    await call(client, 'unlock_files', { paths: ['a'], agent: 'first' });
    await second;
    deepEqual(await fixture().held(), ['a second']);
  });

  it('gives up at the limit, and leaves the queue', async () => {
    await fixture().lockAs('other', 'a');
    const client = await fixture().connect();
    const args = { paths: ['a'], agent: 'me', timeout_seconds: 5 };
    const waiting = call(client, 'wait_for_files', args);
    await untilWaiting(1);
    await eventually('its time is up', async () => {
      fixture().clock.advance(1000);
      return (await Promise.race([waiting, Promise.resolve(undefined)])) !== undefined;
    });
    const { data, text } = await waiting;
    deepEqual([data.outcome, data.wait], ['held', 'timed-out']);
    match(text, /a is held by other[^]*The wait is over/);
    deepEqual(await waiters(), []);
  });

  it('leaves the queue when the client cancels the call', async () => {
    await fixture().lockAs('other', 'a');
    const client = await fixture().connect();
    const cancel = new AbortController();
    const waiting = client
      .callTool({ name: 'wait_for_files', arguments: { paths: ['a'], agent: 'me' } }, undefined, {
        signal: cancel.signal,
      })
      .then(
        () => 'answered',
        () => 'cancelled',
      );
    await untilWaiting(1);
    cancel.abort();
    equal(await waiting, 'cancelled');
    await untilWaiting(0);
  });

  it('refuses a wait that would never end', async () => {
    const client = await fixture().connect();
    await call(client, 'lock_files', { paths: ['a'], agent: 'one' });
    await call(client, 'lock_files', { paths: ['b'], agent: 'two' });
    const first = call(client, 'wait_for_files', { paths: ['b'], agent: 'one' });
    await untilWaiting(1);
    const { data, text } = await call(client, 'wait_for_files', { paths: ['a'], agent: 'two' });
    equal(data.wait, 'deadlock');
    match(text, /They would wait for each other for ever: two → one → two/);
    await call(client, 'unlock_files', { all: true, agent: 'two' });
    ok(!(await first).isError);
  });
});
