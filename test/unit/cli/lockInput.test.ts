import { deepEqual, equal, match } from 'node:assert/strict';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../../src/base/clock.ts';
import { heddleRootAt } from '../../../src/node/heddleRoot.ts';
import { openFileLocks } from '../../../src/node/openFileLocks.ts';
import { openRegistry } from '../../../src/node/openRegistry.ts';
import { makeTempFolder, removeTempFolder } from '../../support/tempFolder.ts';
import { CliSandbox, golden, toDocument, type Fields } from './cliSandbox.ts';

describe('input of the verbs for locks', () => {
  let sandbox: CliSandbox;
  beforeEach(() => {
    sandbox = new CliSandbox();
  });
  afterEach(() => sandbox.dispose());

  async function refused(args: readonly string[], code: string, sentence: RegExp): Promise<void> {
    const result = await sandbox.json(...args);
    const error = result.document.error as Fields;
    const shown = JSON.stringify(args).slice(0, 200);
    deepEqual([result.code, error.code], [2, code], shown);
    match(String(error.message), sentence, shown);
  }

  it('a time needs a number and a unit, and is more than 0 and at most a day', async () => {
    const noTimes = [
      'NaN',
      '-5s',
      '1.5h',
      '1e3s',
      '24h1',
      '5 s',
      ' 5s',
      '5S',
      '5d',
      '٣s',
      'Infinity',
      '',
    ];
    for (const flag of ['--ttl', '--wait']) {
      const lock = ['lock', 'a', '--agent', 'one', flag];
      for (const bare of ['0', '10', '-1', '1.5', '99999999999999999999']) {
        await refused([...lock, bare], 'usage', /needs a unit, such as 30s, 10m or 2h/);
      }
      for (const outside of ['0s', '0ms', '86401s', '25h', '99999999999999999999h']) {
        await refused([...lock, outside], 'usage', /must be more than 0 and at most 24h, not/);
      }
      for (const text of [...noTimes, '9'.repeat(5000) + 's']) {
        await refused(
          [...lock, text],
          'usage',
          /must be a time span such as 500ms, 30s, 10m or 2h/,
        );
      }
    }
    for (const good of ['1ms', '500ms', '30s', '10m', '2h', '24h', '1440m']) {
      equal((await sandbox.json('lock', 'a', '--agent', 'one', '--ttl', good)).code, 0, good);
    }
  });

  it('a path outside the repository exits 2 for every verb', async () => {
    mkdirSync(join(sandbox.root, 'src'));
    const elsewhere = makeTempFolder();
    try {
      symlinkSync(elsewhere, join(sandbox.root, 'link'));
      for (const path of ['..', '../..', '../../x', elsewhere, 'link', 'link/a.ts', '/']) {
        for (const verb of [
          ['lock', path, '--agent', 'one'],
          ['unlock', path, '--agent', 'one'],
          ['locks', '--path', path],
          ['who', path],
          ['check', path, '--agent', 'one', '--token', '1'],
          ['break', path, '--reason', 'Stuck'],
        ]) {
          await refused(verb, 'outside-root', /is outside the repository/);
        }
      }
    } finally {
      removeTempFolder(elsewhere);
    }
    equal(existsSync(join(sandbox.root, '.heddle', 'file-locks')), false);
  });

  it('a path that can never be one exits 2', async () => {
    const wrong: readonly (readonly [string, RegExp])[] = [
      ['', /is empty/],
      ['a\0b', /NUL|control character/],
      ['a\nb', /control character/],
      ['a\u001b[31m', /control character/],
      ['src/../../x', /contains "\.\."/],
      ['x'.repeat(256), /longer than 255 bytes/],
      [`${'d/'.repeat(600)}f`, /longer than 1024 bytes/],
      ['x'.repeat(40_000), /longer than 32768 characters/],
      ['*'.repeat(1) + '?'.repeat(20), /more than 16 wildcards/],
      ['.git/config', /\.git or \.heddle folder/],
      ['.heddle/agents', /\.git or \.heddle folder/],
    ];
    for (const [path, sentence] of wrong) {
      await refused(['lock', path, '--agent', 'one'], 'invalid-path', sentence);
      await refused(['who', path], 'invalid-path', sentence);
    }
    const many = Array.from({ length: 1001 }, (_, i) => `f${i}`);
    await refused(['lock', ...many, '--agent', 'one'], 'invalid-path', /1000 are the most/);
    equal((await sandbox.json('locks')).code, 0);
  });

  it('names that only some systems refuse are ordinary where they are not', async () => {
    const odd = ['con', 'aux.', 'nul.txt', 'trailing...', ' spaced ', '-dash', '日本/é.ts', '🧵'];
    const lock = async (agent: string): Promise<Fields> => {
      const args = ['lock', '--json', '--agent', agent, '--', ...odd];
      return toDocument((await sandbox.run(args)).stdout);
    };
    equal(((await lock('one')).grants as readonly Fields[]).length, odd.length);
    equal(((await lock('two')).holders as readonly Fields[]).length, odd.length);
    const { stdout } = await sandbox.run(['lock', '--agent', 'one', '--', '-dash', "it's"]);
    match(stdout, /unlock \.\/-dash 'it'\\''s' --agent one/);
  });

  it('an agent must be somebody', async () => {
    for (const text of ['', '   ', 'a\nb', '\u001b[31m', 'a\0b', 'x'.repeat(201), '\ud800']) {
      await refused(['lock', 'a', '--agent', text], 'usage', /--agent .* Give a session id/);
    }
    for (const number of ['0', '00', '9007199254740991', '99999999999999999999999']) {
      await refused(['lock', 'a', '--agent', number], 'invalid-holder', /cannot be the number/);
    }
    const env = { HEDDLE_AGENTS_SESSION: 'x'.repeat(201) };
    const { code, stderr } = await sandbox.run(['lock', 'a'], { env });
    equal(code, 2);
    match(stderr, /HEDDLE_AGENTS_SESSION is longer than 200 characters/);
  });

  it('a reason must say something', async () => {
    for (const text of ['', ' \t\n']) {
      await refused(['break', 'a', '--reason', text], 'usage', /--reason needs a text/);
      await refused(['lock', 'a', '--agent', 'one', '--reason', text], 'usage', /--reason needs/);
    }
    await sandbox.run(['lock', 'held', '--agent', 'one']);
    await refused(['break', 'held'], 'usage', /Say why the lock is broken/);
    await refused(['break', 'a', '--reason', 'x'.repeat(501)], 'usage', /longer than 500/);
  });

  it('what stands for unsaved changes is broken without a reason, and nothing else', async () => {
    await sandbox.run(['lock', 'src/b', '--agent', 'one']);
    const { locks } = openFileLocks(openRegistry(heddleRootAt(sandbox.root)), {
      clock: { ...systemClock, now: () => sandbox.nowMs },
    });
    const window = { kind: 'window', windowId: 'w', name: 'Grace', process: undefined } as const;
    await locks.lock(window, { paths: ['src/a'], isSoft: true, ttlMs: 60_000 });
    const { code, stdout } = await sandbox.run(['break', 'src', '--json']);
    equal(code, 0);
    const { broken } = JSON.parse(stdout) as { broken: readonly { readonly path: string }[] };
    deepEqual(
      broken.map(({ path }) => path),
      ['src/a'],
    );
  });

  it('a token is a whole number', async () => {
    const check = ['check', 'a', '--agent', 'one'];
    for (const text of ['', '-1', '1.5', '1e3', '0x10', '9007199254740993', 'NaN']) {
      await refused([...check, '--token', text], 'usage', /--token must be the whole number/);
    }
    await refused(check, 'usage', /Required option '--token <n>'/);
  });

  it('what a verb needs is asked for', async () => {
    await refused(['lock', '--agent', 'one'], 'usage', /Missing required argument 'path'/);
    await refused(['who'], 'usage', /Missing required argument 'path'/);
    await refused(['locks', 'export'], 'usage', /Missing required argument 'file'/);
    await refused(['locks', 'delete'], 'usage', /Too many arguments/);
    await refused(['lock', 'a'], 'usage', /--agent takes a session id, a number or any other name/);
    await refused(['lock', 'a', '--hold-for-pid', '0'], 'usage', /--hold-for-pid must be/);
  });

  it('every verb has help with an example of itself', async () => {
    for (const verb of ['lock', 'unlock', 'locks', 'who', 'check', 'break']) {
      const { code, stdout } = await sandbox.run([verb, '--help']);
      equal(code, 0);
      match(stdout, new RegExp(`^Usage: heddle-agents ${verb} `));
      match(stdout, new RegExp(`\\nExample:\\n  heddle-agents ${verb}`));
    }
    for (const verb of ['export', 'import']) {
      const { stdout } = await sandbox.run(['locks', verb, '--help']);
      match(stdout, new RegExp(`^Usage: heddle-agents locks ${verb} .*<file>`));
    }
    equal((await sandbox.run(['lock', '--help'])).stdout, golden('help-lock'));
  });
});
