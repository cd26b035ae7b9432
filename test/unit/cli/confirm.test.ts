import { equal, rejects } from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { systemClock } from '../../../src/base/clock.ts';
import { isConfirmed } from '../../../src/cli/confirm.ts';
import { Output } from '../../../src/cli/output.ts';
import type { VerbContext } from '../../../src/cli/verbContext.ts';
import { Collector } from './cliSandbox.ts';

describe('asking before what cannot be undone', () => {
  const loss = 'All of it is lost.';

  /** A terminal on which somebody types this, then ends the input. */
  const typing = (text: string, { isTTY = true, isJson = false } = {}) => {
    const stdin = Object.assign(new PassThrough(), { isTTY });
    stdin.end(text);
    const stdout = new Collector(isTTY);
    const host = {
      ...{ stdout, stderr: new Collector(), stdin: () => stdin, cwd: '/', env: {} },
      ...{ clock: systemClock, stopSignal: () => new AbortController().signal },
    };
    const context: VerbContext = { host, output: new Output(host, isJson), root: undefined };
    return { context, stdout };
  };

  it('takes yes and nothing else for it', async () => {
    for (const [text, isMeant] of [
      ['yes\n', true],
      [' YES \n', true],
      ['y\n', false],
      ['no\nyes\n', false],
      ['\n', false],
      ['', false],
    ] as const) {
      const { context, stdout } = typing(text);
      equal(await isConfirmed(context, {}, loss), isMeant, JSON.stringify(text));
      equal(stdout.text.startsWith(`${loss}\n`), true);
      equal(stdout.text.includes('Nothing was changed.'), !isMeant);
    }
  });

  it('asks nobody who said so already', async () => {
    const { context, stdout } = typing('no\n');
    equal(await isConfirmed(context, { yes: true }, loss), true);
    equal(stdout.text, '');
  });

  it('needs a flag where nobody can be asked', async () => {
    for (const how of [{ isTTY: false }, { isJson: true }]) {
      const { context } = typing('yes\n', how);
      await rejects(isConfirmed(context, {}, loss), /^UsageError: All of it is lost\. Give --yes/);
    }
  });
});
