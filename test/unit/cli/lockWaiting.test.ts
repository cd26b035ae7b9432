import { deepEqual, equal, match } from 'node:assert/strict';
import { eventually } from '../../support/eventually.ts';
import { CliSandbox, type Fields } from './cliSandbox.ts';

describe('lock --wait', () => {
  let sandbox: CliSandbox;
  beforeEach(() => {
    sandbox = new CliSandbox();
  });
  afterEach(() => sandbox.dispose());

  const lock = (...args: string[]): Promise<{ code: number; document: Fields }> =>
    sandbox.json('lock', ...args);
  const list = (document: Fields, field: string): readonly Fields[] =>
    document[field] as readonly Fields[];
  const text = async (args: readonly string[]): Promise<string> => (await sandbox.run(args)).stdout;
  const waits = async (): Promise<readonly Fields[]> =>
    list((await sandbox.json('locks')).document, 'waiting');

  it('grants as soon as it is released', async () => {
    await lock('a', '--agent', 'one', '--ttl', '10m');
    const waiting = lock('a', '--agent', 'two', '--wait', '10m');
    await eventually('two waits', async () => (await waits()).length === 1);
    await sandbox.run(['unlock', 'a', '--agent', 'one']);
    const { code, document } = await waiting;
    deepEqual([code, document.outcome], [0, 'granted']);
    deepEqual(await waits(), []);
  });

  it('locks shows who waits, in which order, and whoever comes later is refused', async () => {
    const stop = new AbortController();
    const options = { stop: stop.signal };
    await lock('a', '--agent', 'one', '--ttl', '10m');
    const ends = [];
    for (const name of ['two', 'three']) {
      const args = ['lock', 'a', '--agent', name, '--wait', '10m', '--json'];
      ends.push(sandbox.run(args, options));
      await eventually(`${name} waits`, async () =>
        (await waits()).some((wait) => wait.name === name),
      );
      sandbox.advance(1);
    }
    deepEqual(
      (await waits()).map(({ name, position, paths, mode }) => [name, position, paths, mode]),
      [
        ['two', 1, ['a'], 'exclusive'],
        ['three', 2, ['a'], 'exclusive'],
      ],
    );
    const late = await lock('a', '--agent', 'late');
    deepEqual(
      list(late.document, 'holders').map(({ name, waits_first }) => [name, waits_first]),
      [
        ['one', false],
        ['two', true],
        ['three', true],
      ],
    );
    match(await text(['locks']), /\na +three +waits +number 2 in the queue, at most 10 min more\n/);

    stop.abort();
    for (const { code, stdout } of await Promise.all(ends)) {
      equal(code, 3);
      match(stdout, /^\{"outcome":"held","grants":\[\],"holders":\[\{"path":"a".*"wait":"stopped"/);
    }
    deepEqual(await waits(), []);
  });

  it('refuses a wait that would never end and says why', async () => {
    const stop = new AbortController();
    await lock('a', '--agent', 'one', '--ttl', '10m');
    await lock('b', '--agent', 'two', '--ttl', '10m');
    const args = ['lock', 'b', '--agent', 'one', '--wait', '10m'];
    const first = sandbox.run(args, { stop: stop.signal });
    await eventually('one waits', async () => (await waits()).length === 1);
    const { code, document } = await lock('a', '--agent', 'two', '--wait', '10m');
    equal(code, 3);
    equal(document.wait, 'deadlock');
    deepEqual(
      list(document, 'cycle').map(({ name }) => name),
      ['two', 'one'],
    );
    const said = await text(['lock', 'a', '--agent', 'two', '--wait', '10m']);
    match(said, /They would wait for each other for ever: two → one → two\./);
    stop.abort();
    equal((await first).code, 3);
  });

  it('says on a terminal whom it waits for, and nothing elsewhere', async () => {
    await lock('a', '--agent', 'one', '--ttl', '10m');
    for (const isTTY of [true, false]) {
      const stop = new AbortController();
      const args = ['lock', 'a', '--agent', 'two', '--wait', '10m'];
      const run = sandbox.run(args, { stop: stop.signal, isTTY });
      await eventually('two waits', async () => (await waits()).length === 1);
      stop.abort();
      const { stderr } = await run;
      const expected =
        'Waiting up to 10 min for a. Ahead: one. Number 1 in the queue; Ctrl-C leaves it.\n';
      equal(stderr, isTTY ? expected : '');
    }
  });
});
