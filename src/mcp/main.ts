import { runMcp } from './runMcp.ts';

/** The exit code is only set: the process ends by itself when everything has been written. */
void runMcp(process.argv.slice(3), process).then((exitCode) => {
  process.exitCode = exitCode;
});
