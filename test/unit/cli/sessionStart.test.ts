import { doesNotMatch, equal, match } from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CliSandbox, golden, type CliResult, type CliRunOptions } from './cliSandbox.ts';

describe('session start, before anything is started', () => {
  let sandbox: CliSandbox;
  let home: string;
  beforeEach(() => {
    sandbox = new CliSandbox();
    home = join(sandbox.root, 'home');
    mkdirSync(join(home, '.heddle-agents'), { recursive: true });
  });
  afterEach(() => sandbox.dispose());

  function start(flags: readonly string[], options: CliRunOptions = {}): Promise<CliResult> {
    const env = { HOME: home, USERPROFILE: home, PATH: join(home, 'bin') };
    return sandbox.run(['session', 'start', ...flags], { env, ...options });
  }

  function writeAgents(text: string): void {
    writeFileSync(join(home, '.heddle-agents', 'agents.json'), text);
  }

  async function refused(flags: readonly string[], message: RegExp, code = 2): Promise<void> {
    const result = await start(flags);
    equal(result.code, code, flags.join(' '));
    equal(result.stdout, '');
    match(result.stderr, message);
  }

  it('needs one prompt', async () => {
    await refused([], /Say what the agent is to do/);
    await refused(['--prompt', 'a', '--prompt-file', 'b'], /only one can be meant/);
    await refused(['--prompt', ' '], /--prompt needs a text/);
    await refused(
      ['--prompt-file', 'nothing.md'],
      /The file nothing\.md cannot be read \(no such file\)/,
    );
    const { code, stderr } = await start(['--prompt-file', '-'], { stdin: '\n' });
    equal(code, 2);
    match(stderr, /Standard input is empty/);
  });

  it('reads a prompt of text only', async () => {
    const { stderr } = await start(['--prompt-file', '-'], { stdin: Buffer.from([0xff, 0xfe]) });
    match(stderr, /Standard input is not valid UTF-8/);
    const file = join(sandbox.root, 'prompt');
    writeFileSync(file, readFileSync(process.execPath).subarray(0, 4096));
    await refused(['--prompt-file', 'prompt'], /The file prompt is (?:not valid UTF-8|no text)/);
    writeFileSync(file, 'Fix\0this');
    await refused(['--prompt-file', 'prompt'], /The file prompt is no text: it has zero bytes\./);
    await refused(['--prompt-file', '.'], /The file \. cannot be read \(EISDIR/);
  });

  it('reads no more of a prompt than it takes', async () => {
    const file = join(sandbox.root, 'prompt');
    writeFileSync(file, '');
    // Nothing but its length takes place on the disk.
    truncateSync(file, 50 * 1024 * 1024);
    await refused(['--prompt-file', 'prompt'], /The file prompt has more than 1000000 characters/);
    writeFileSync(file, 'x'.repeat(1_000_001));
    await refused(['--prompt-file', 'prompt'], /The file prompt has more than 1000000 characters/);
  });

  it('needs an agent that is there', async () => {
    await refused(['--prompt', 'a', '--agent', 'nobody'], /There is no agent "nobody"/);
    writeAgents('{"mine": {"command": "no-such-program"}}');
    await refused(
      ['--prompt', 'a', '--agent', 'mine'],
      /The agent mine was not found\. .*agents\.json says "no-such-program", which is no program/,
    );
    writeAgents('{"codex": {"command": "no-such-program"}}');
    // One of the person takes the place of ours.
    await refused(['--prompt', 'a', '--agent', 'codex'], /agents\.json says "no-such-program"/);
    writeAgents('{"mine": {"command": "./relative"}}');
    await refused(['--prompt', 'a', '--agent', 'mine'], /Give its absolute path/);
  });

  it('says what is wrong in the file of own agents', async () => {
    writeAgents('{');
    await refused(
      ['--prompt', 'a'],
      /agents\.json is no JSON \(.*\)\. Correct it or move it away\./,
    );
    writeAgents('{"mine": {"args": []}}');
    await refused(
      ['--prompt', 'a'],
      /agents\.json is wrong: "mine" must have a "command", a text\. Correct it/,
    );
  });

  it('starts nothing out of a file of own agents that means to do harm', async () => {
    const command = process.execPath;
    const wrong: readonly (readonly [unknown, RegExp])[] = [
      [null, /It must hold an object/],
      [[{ command }], /It must hold an object/],
      [{ mine: command }, /"mine" must have a "command"/],
      [{ mine: { command: ['sh', '-c', 'true'] } }, /"mine" must have a "command"/],
      [{ '../mine': { command } }, /"\.\.\/mine" must be letters/],
      [{ 'a\u001b[31mb': { command } }, /must be letters/],
      [{ mine: { command, args: 'rm -rf' } }, /"mine" must have a list/],
      [{ mine: { command, args: ['a', 1] } }, /"mine" must have a list/],
      [{ mine: { command, env: { PATH: 1 } } }, /"mine" must have an object of texts as "env"/],
    ];
    for (const [agents, message] of wrong) {
      writeAgents(JSON.stringify(agents));
      await refused(['--prompt', 'a', '--agent', 'mine'], message);
      const { stderr } = await start(['--prompt', 'a']);
      doesNotMatch(stderr, /\u001b\[31mb/);
    }
    writeAgents('{"__proto__": {"mine": {"command": "/bin/true"}}}');
    await refused(['--prompt', 'a', '--agent', 'mine'], /is wrong: "__proto__" must be letters/);
    writeAgents(' '.repeat(1024 * 1024 + 1));
    await refused(
      ['--prompt', 'a'],
      /agents\.json cannot be read \(it has more than 1048576 bytes\)/,
    );
    const path = join(home, '.heddle-agents', 'agents.json');
    rmSync(path);
    mkdirSync(path);
    await refused(['--prompt', 'a'], /agents\.json cannot be read \(it is no file\)\. Correct it/);
  });

  it('takes no agents out of the workspace', async () => {
    mkdirSync(join(sandbox.root, '.heddle-agents'));
    const text = JSON.stringify({ planted: { command: process.execPath } });
    writeFileSync(join(sandbox.root, '.heddle-agents', 'agents.json'), text);
    writeFileSync(join(sandbox.root, '.heddle', 'agents.json'), text);
    await refused(['--prompt', 'a', '--agent', 'planted'], /There is no agent "planted"/);
  });

  it('needs a folder to work in, and a session to go on with', async () => {
    writeAgents(JSON.stringify({ mine: { command: process.execPath } }));
    await refused(['--prompt', 'a', '--agent', 'mine', '--cwd', 'nowhere'], /nowhere is no folder/);
    await refused(['--prompt', 'a', '--resume', 'session-nobody'], /There is no session/, 4);
    await refused(['--prompt', 'a', '--allow', 'everything'], /choices are edits, commands/);
  });

  it('makes no registry unless it is told where', async () => {
    sandbox.dispose();
    sandbox = new CliSandbox({ hasRegistry: false });
    await refused(['--prompt', 'a'], /There is no registry/, 4);
  });

  it('explains itself', async () => {
    const { stdout } = await start(['--help']);
    equal(stdout, golden('help-session-start'));
    equal((await sandbox.run(['help', 'session'])).stdout, golden('help-session'));
  });
});
