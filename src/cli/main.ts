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
  stopSignal: stopSignals(),
}).then((exitCode) => {
  process.exitCode = exitCode;
});

/** All who ask before the next signal share one, so that asking often leaves nothing behind. */
function stopSignals(): () => AbortSignal {
  let pending: AbortController | undefined;
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const stop = (name: NodeJS.Signals): void => {
    for (const each of names) process.removeListener(each, stop);
    const stopping = pending;
    pending = undefined;
    stopping?.abort(name);
  };
  return () => {
    if (pending === undefined) {
      pending = new AbortController();
      for (const each of names) process.on(each, stop);
    }
    return pending.signal;
  };
}
