import { spawn } from 'node:child_process';

import { failedTests } from './failedTests.ts';
import { removeOldFailures } from './support/vscode/oldFailures.ts';

interface End {
  readonly script: string;
  readonly isPassed: boolean;
  readonly failed: readonly string[];
  readonly seconds: number;
}

/**
 * All tests. Those of units come first and alone, because they say best what is broken; the others wait
 * for programs and windows most of the time and so run two at a time, each printing when it is done.
 */
const first = ['test:unit', 'package'];
/** The one that takes longest begins, and whichever lane is free takes the next. */
const others = ['test:process', 'test:ui -- --shard 0', 'test:ui -- --shard 1', 'test:host'];
const laneCount = 2;

function run(script: string, stdio: 'inherit' | 'pipe'): Promise<End> {
  const startedMs = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(`npm run ${script}`, {
      shell: true,
      stdio: ['ignore', stdio, stdio],
    });
    const printed: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => printed.push(chunk));
    }
    child.once('error', reject);
    child.once('close', (code) => {
      const all = Buffer.concat(printed);
      process.stdout.write(all);
      const seconds = Math.round((performance.now() - startedMs) / 1000);
      resolve({ script, isPassed: code === 0, seconds, failed: failedTests(all.toString()) });
    });
  });
}

async function runInLanes(scripts: readonly string[]): Promise<readonly End[]> {
  const ends: End[] = [];
  const left = [...scripts];
  const lane = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      ends.push(await run(next, 'pipe'));
    }
  };
  await Promise.all(Array.from({ length: laneCount }, lane));
  return ends;
}

async function runAll(): Promise<boolean> {
  await removeOldFailures();
  const ends: End[] = [];
  for (const script of first) {
    const end = await run(script, 'inherit');
    ends.push(end);
    // Without a package there is nothing to show in a window.
    if (!end.isPassed) break;
  }
  if (ends.every(({ isPassed }) => isPassed)) {
    ends.push(...(await runInLanes(others)));
  }
  process.stdout.write('\n');
  for (const { script, isPassed, seconds } of ends) {
    process.stdout.write(`${isPassed ? 'passed' : 'FAILED'}  npm run ${script} (${seconds} s)\n`);
  }
  // At the very end, so that nobody needs to look for them.
  for (const title of ends.flatMap(({ failed }) => failed)) process.stdout.write(`  ${title}\n`);
  return ends.every(({ isPassed }) => isPassed);
}

process.exitCode = (await runAll()) ? 0 : 1;
