import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { onParentsGone } from './onParentsGone.ts';

/**
 * `npm start`. The demo runs in a process of its own, out of reach of the terminal's signals, so that
 * a second Ctrl-C cannot interrupt its tidying up. It ends when its input ends, so also when this
 * process is gone.
 */
const demo = spawn(
  process.execPath,
  [
    ...['--import', fileURLToPath(import.meta.resolve('tsx'))],
    ...[join(import.meta.dirname, 'runDemo.ts'), ...process.argv.slice(2)],
  ],
  { stdio: ['pipe', 'inherit', 'inherit'], detached: process.platform !== 'win32' },
);

let isAsked = false;
const end = (): void => {
  if (isAsked) return;
  isAsked = true;
  process.stdout.write('\nEnding the demo …\n');
  demo.stdin.end();
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
onParentsGone(end);
// A terminal that was closed, and a demo that ended by itself, are no errors.
process.stdout.on('error', () => undefined);
demo.stdin.on('error', () => undefined);

demo.once('error', (error) => {
  process.stderr.write(`The demo could not be started: ${error.message}\n`);
  process.exit(1);
});
demo.once('exit', (code) => {
  if (code === 0) process.stdout.write('Ended; nothing is left of it.\n');
  process.exit(code ?? 1);
});
