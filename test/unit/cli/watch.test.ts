import { deepEqual, equal, match } from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../../support/eventually.ts';
import { CliSandbox, Collector, parseExact, stable, type Fields } from './cliSandbox.ts';

describe('watch', () => {
  let sandbox: CliSandbox;
  let stop: AbortController;
  let stdout: Collector;
  beforeEach(() => {
    sandbox = new CliSandbox();
    stop = new AbortController();
    stdout = new Collector();
  });
  afterEach(() => sandbox.dispose());

  const documents = (): readonly Fields[] =>
    stdout.text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => parseExact(line) as Fields);

  async function watched(flags: readonly string[], during: () => Promise<void>): Promise<number> {
    const run = sandbox.run(['watch', ...flags], { stop: stop.signal, stdout });
    try {
      await during();
    } finally {
      stop.abort();
    }
    return (await run).code;
  }

  it('watch --json prints a snapshot and then each change, and exits 0 when it is stopped', async () => {
    const first = await sandbox.agent('register');
    const id = String(first.session_id);
    const code = await watched(['--json'], async () => {
      await eventually('the snapshot is there', () => documents().length === 1);
      deepEqual(documents()[0], { type: 'snapshot', agents: [first], broken: [] });

      const second = await sandbox.agent('register');
      await eventually('the new agent is there', () => documents().length === 2);
      const nothing = { type: 'change', added: [], changed: [], removed: [], broken: [] };
      deepEqual(documents()[1], { ...nothing, added: [second] });

      sandbox.advance(1000);
      const beaten = await sandbox.agent('heartbeat', id);
      await eventually('the heartbeat is there', () => documents().length === 3);
      deepEqual(documents()[2], { ...nothing, changed: [beaten] });

      rmSync(join(sandbox.folder, `${id}.toml`));
      await eventually('the removal is there', () => documents().length === 4);
      deepEqual(documents()[3], { ...nothing, removed: [id] });

      sandbox.write('bad.toml', '');
      await eventually('the broken file is there', () => documents().length === 5);
      const broken = [{ file: 'bad.toml', problem: 'The file is empty.', line: null }];
      deepEqual(documents()[4], { ...nothing, broken });
    });
    equal(code, 0);
  });

  it('watch prints a line for each change, and none for a heartbeat', async () => {
    const { session_id } = await sandbox.agent('reserve', 'main');
    const id = String(session_id);
    await watched([], async () => {
      await eventually('the table is there', () => stdout.text.includes(id));
      await sandbox.run(['heartbeat', id]);
      await sandbox.run(['release', id]);
      await eventually('the release is there', () => stdout.text.includes('It has finished'));
      await sandbox.run(['reserve', 'main', '--harness', 'codex']);
      await eventually('the new agent is there', () => stdout.text.includes('new '));
    });
    match(
      stable(stdout.text, sandbox.root),
      /^STATE.*\nunknown.*\n<local time> {2}changed {2}<id> on main {2}unknown > complete {2}It has finished\.\n<local time> {2}new {6}<id> \(Codex\) on main {2}unknown\n$/,
    );
  });

  it('watch waits for a registry that does not exist yet', async () => {
    rmSync(join(sandbox.root, '.heddle'), { recursive: true });
    await watched(['--json', '--root', sandbox.root], async () => {
      await eventually('the snapshot is there', () => documents().length === 1);
      deepEqual(documents()[0], { type: 'snapshot', agents: [], broken: [] });
      const agent = await sandbox.agent('register', '--root', sandbox.root);
      await eventually('the agent is there', () => documents().length === 2);
      deepEqual(documents()[1]?.added, [agent]);
    });
  });
});
