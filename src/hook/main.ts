import { fstatSync, statSync, writeSync } from 'node:fs';
import { errorCode } from '../base/errorText.ts';
import { systemClock } from '../base/clock.ts';
import { readInput } from './hookInput.ts';
import { runHook } from './runHook.ts';

/** Longer than a hook works before it gives up: one that hangs even then would hang its agent. */
const longestMs = 8000;

void main();

/** Prints the answer and nothing else. Whatever goes wrong, the exit code lets the agent go on. */
async function main(): Promise<void> {
  if (isTerminal(0)) {
    print(
      2,
      'This is run by coding agents, which tell it on standard input what they do. "heddle-agents connect" sets it up.\n',
    );
    return;
  }
  setTimeout(() => process.exit(), longestMs).unref();
  try {
    const answer = await runHook({
      harness: process.argv[3],
      input: readInput(),
      env: process.env,
      cwd: workingFolder(),
      clock: systemClock,
    });
    print(2, answer.stderr);
    print(1, answer.stdout);
    process.exitCode = answer.exitCode;
  } catch {
    // Fail open: an agent must not stop because of us.
  }
}

/** Without the streams of the process, which take longer to load than all of this. */
function print(fd: number, text: string): void {
  const bytes = Buffer.from(text, 'utf8');
  for (let written = 0; written < bytes.length;) {
    try {
      written += writeSync(fd, bytes, written);
    } catch (error) {
      if (errorCode(error) !== 'EAGAIN') return;
    }
  }
}

/** The empty device is a device too, but nobody sits at it. */
function isTerminal(fd: number): boolean {
  try {
    const stats = fstatSync(fd);
    return stats.isCharacterDevice() && stats.rdev !== statSync(devNull).rdev;
  } catch {
    return false;
  }
}

const devNull = process.platform === 'win32' ? String.raw`\\.\nul` : '/dev/null';

/** The folder may be gone; most events name their own. */
function workingFolder(): string {
  try {
    return process.cwd();
  } catch {
    return '/';
  }
}
