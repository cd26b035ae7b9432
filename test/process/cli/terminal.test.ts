import { deepEqual, equal, match } from 'node:assert/strict';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { shellWord } from '../../../src/cli/shellWord.ts';
import { buildChildProgram } from '../../support/childProgram.ts';
import { eventually } from '../../support/eventually.ts';
import type { ScriptStep } from '../../support/scriptedExecutor.ts';
import { mayI, SessionCli, start } from './sessionCli.ts';
import { ended, type CliEnd } from './spawnCli.ts';

/** The command line on a terminal, at which somebody types. */
class Terminal {
  readonly end: Promise<CliEnd>;
  text = '';

  constructor(private readonly child: ChildProcessWithoutNullStreams) {
    this.end = ended(child);
    child.stdout.on('data', (text: string) => (this.text += text));
  }

  async type(text: string, after: string): Promise<void> {
    await eventually(`it says ${after}`, () => this.text.includes(after));
    this.child.stdin.write(text);
  }

  get sessionId(): string {
    return /session-\w+/.exec(this.text)?.[0] ?? '';
  }
}

// Makes a terminal for a program and ends with its exit code; others have no such program, or another one.
if (process.platform === 'linux') {
  describe('session start on a terminal', () => {
    let program: string;
    let cli: SessionCli;

    before(async () => {
      program = await buildChildProgram(new URL('./scriptedCli.ts', import.meta.url));
    });

    beforeEach(async () => {
      cli = await SessionCli.make(program);
    });

    afterEach(() => cli.dispose());

    function open(...steps: readonly ScriptStep[]): Terminal {
      const words = [process.execPath, program, ...start(steps)].map(shellWord).join(' ');
      // A shell that stays in between would end of the interrupt, whatever the program makes of it.
      return new Terminal(cli.spawnProgram('script', ['-qefc', `exec ${words}`, '/dev/null']));
    }

    it('asks what the agent asks, again where an answer is none of those', async () => {
      const terminal = open(mayI, { do: 'ask', text: 'Your name?' }, { do: 'tell', count: 1 });
      await terminal.type('7\n', 'Type a number from 1 to 2, or d to decline');
      await eventually('it asks again', () => terminal.text.split('Type a number').length > 2);
      await terminal.type('1\n', 'May I?');
      await terminal.type('Ann\n', 'Type your answer, or nothing to decline');
      const { code, stdout } = await terminal.end;
      equal(code, 0);
      match(stdout, /Answered by .+: Allow once/);
      match(stdout, /It is done\./);
      const { outcome } = await cli.json('session', 'show', terminal.sessionId);
      deepEqual(outcome?.value, [['allow'], ['Ann']]);
    });

    it('stops asking when somebody answers elsewhere, and ends by itself', async () => {
      const terminal = open(mayI);
      await terminal.type('', 'Type a number from 1 to 2');
      const answered = await cli.run('session', 'answer', terminal.sessionId, '--option', 'reject');
      equal(answered.code, 0, answered.stderr);
      const { code, stdout } = await terminal.end;
      equal(code, 0);
      match(stdout, /Answered by .+: Reject/);
    });

    it('says how to answer when the input ends, and goes on showing', async () => {
      const terminal = open(mayI);
      await terminal.type('\u0004', 'Type a number from 1 to 2');
      await eventually('it says how', () => terminal.text.includes('--option allow'));
      const answered = await cli.run('session', 'answer', terminal.sessionId, '--option', 'allow');
      equal(answered.code, 0, answered.stderr);
      equal((await terminal.end).code, 0);
    });

    it('Ctrl-C cancels the session, also while it asks', async () => {
      const terminal = open(mayI);
      await terminal.type('\u0003', 'Type a number from 1 to 2');
      const { code, stdout } = await terminal.end;
      equal(code, 1);
      match(stdout, /The session was asked to stop\./);
      match(stdout, /Cancelled by /);
      equal((await cli.json('session', 'show', terminal.sessionId)).state, 'cancelled');
    });
  });
}
