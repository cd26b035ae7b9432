import { systemClock } from '../base/clock.ts';
import { runCli } from './runCli.ts';

/** The exit code is only set: the process ends by itself when everything has been written. */
void runCli(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: () => process.stdin,
  cwd: process.cwd(),
  env: process.env,
  clock: systemClock,
  stopSignal,
}).then((exitCode) => {
  process.exitCode = exitCode;
});

function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => controller.abort(signal));
  }
  return controller.signal;
}
