import { systemClock } from '../base/clock.ts';
import { readInput } from './hookInput.ts';
import { runHook } from './runHook.ts';

/** An agent waits for its hooks; one that hangs would hang it. */
const longestMs = 8000;

void main();

/** Prints the answer and nothing else. Whatever goes wrong, the exit code lets the agent go on. */
async function main(): Promise<void> {
  if (process.stdin.isTTY) {
    process.stderr.write(
      'This is run by coding agents, which tell it on standard input what they do. "heddle-agents connect" sets it up.\n',
    );
    return;
  }
  const overdue = setTimeout(() => process.exit(0), longestMs);
  try {
    const answer = await runHook({
      harness: process.argv[3],
      input: readInput(),
      env: process.env,
      cwd: process.cwd(),
      clock: systemClock,
    });
    if (answer.stderr !== '') process.stderr.write(answer.stderr);
    if (answer.stdout !== '') process.stdout.write(answer.stdout);
    process.exitCode = answer.exitCode;
  } catch {
    // Fail open: an agent must not stop because of us.
  } finally {
    clearTimeout(overdue);
  }
}
