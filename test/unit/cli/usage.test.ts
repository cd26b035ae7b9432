import { deepEqual, equal, match } from 'node:assert/strict';
import { version } from '../../../package.json';
import { CliSandbox, golden, toDocument, type Fields } from './cliSandbox.ts';

const verbs = [
  ...['init', 'list', 'show', 'chain', 'watch', 'register', 'reserve', 'heartbeat'],
  ...['update', 'release', 'reap', 'connect', 'disconnect', 'doctor', 'hook', 'mcp'],
];

describe('usage', () => {
  let sandbox: CliSandbox;
  beforeEach(() => {
    sandbox = new CliSandbox({ hasRegistry: false });
  });
  afterEach(() => sandbox.dispose());

  it('--help prints the verbs and the exit codes', async () => {
    const { code, stdout, stderr } = await sandbox.run(['--help']);
    deepEqual([code, stderr], [0, '']);
    equal(stdout, golden('help'));
  });

  it('every verb has help with an example of itself', async () => {
    for (const verb of verbs) {
      const { code, stdout } = await sandbox.run([verb, '--help']);
      equal(code, 0);
      match(stdout, new RegExp(`^Usage: heddle-agents ${verb} `));
      match(stdout, new RegExp(`\\nExample:\\n  heddle-agents ${verb}`));
      deepEqual(await sandbox.run(['help', verb]), { code, stdout, stderr: '' });
    }
    equal((await sandbox.run(['reserve', '--help'])).stdout, golden('help-reserve'));
  });

  it('--version prints the version of the package', async () => {
    equal((await sandbox.run(['--version'])).stdout, `${version}\n`);
    deepEqual((await sandbox.json('--version')).document, { version });
    deepEqual(Object.keys((await sandbox.json('list', '--help')).document), ['help']);
  });

  it('what cannot be understood exits 2 with one document and one sentence', async () => {
    const wrong: readonly (readonly [readonly string[], RegExp])[] = [
      [[], /No verb was named/],
      [['lst'], /Unknown command 'lst' \(Did you mean list\?\)/],
      [['list', '--alife'], /Unknown option '--alife' \(Did you mean --alive\?\)/],
      [['list', 'more'], /Too many arguments/],
      [['show'], /Missing required argument 'session'/],
      [['reserve'], /Missing required argument 'thread'/],
      [['register', '--pid'], /'--pid <pid>' argument missing/],
      [['register', '--pid', '0'], /--pid must be a whole number from 1 to 2147483647, not "0"/],
      [['register', '--pid', '2147483648'], /--pid must be/],
      [['register', '--pid', '1e3'], /--pid must be/],
      [['register', '--model', ''], /--model needs a text that is not empty/],
      [['register', '--model', 'x'.repeat(1025)], /--model is longer than 1024/],
      [['register', '--root', ''], /--root needs a text/],
      [['reserve', 'x', '--hold-for-pid', '-1'], /--hold-for-pid must be/],
      [['update', 'a', '--input-tokens', '-1'], /--input-tokens must be/],
      [['update', 'a', '--input-tokens', '1.5'], /--input-tokens must be/],
      [['update', 'a', '--input-tokens', '9223372036854775808'], /to 9223372036854775807/],
      [['update', 'a', '--tool-calls', '4294967296'], /--tool-calls must be .* to 4294967295/],
      [['release', 'a', '--status', 'done'], /complete, abandoned, merged/],
    ];
    for (const [args, sentence] of wrong) {
      const { code, stdout, stderr } = await sandbox.run(['--json', ...args]);
      const { error } = toDocument(stdout) as { error: Fields };
      equal(code, 2, args.join(' '));
      equal(error.code, 'usage');
      match(String(error.message), sentence);
      match(stderr, sentence);
      equal((await sandbox.run(args)).stdout, '', args.join(' '));
    }
  });

  it('a hostile argument is named harmlessly', async () => {
    const { code, stderr } = await sandbox.run(['\u001b[31mlist\u202e']);
    equal(code, 2);
    match(stderr, /⟨U\+001B⟩\[31mlist⟨U\+202E⟩/);
  });

  it('the value of a flag is its value, even when it looks like a flag', async () => {
    await sandbox.run(['init']);
    const { stdout } = await sandbox.run(['--json', 'reserve', 'x', '--task', '--root']);
    equal((toDocument(stdout).agent as Fields).attach_reason, '--root');
  });

  it('HEDDLE_DEBUG=1 adds the stack, which nobody sees otherwise', async () => {
    const debug = await sandbox.run(['show', '..'], { env: { HEDDLE_DEBUG: '1' } });
    match(debug.stderr, /\n {4}at /);
    const plain = await sandbox.run(['show', '..']);
    equal(plain.stderr.split('\n').length, 2);
  });
});
