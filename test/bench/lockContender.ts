import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '../../src/base/clock.ts';
import { lockWhenFree } from '../../src/core/locks/lockWaiting.ts';
import { heddleRootAt } from '../../src/node/heddleRoot.ts';
import { openFileLocks } from '../../src/node/openFileLocks.ts';
import { openRegistry } from '../../src/node/openRegistry.ts';

// Queues for one path again and again, and says how often it got it and how long it waited at most.
const [root = '', name = '', forMs = '0', go = ''] = process.argv.slice(2);
const patient = { lock: { timeoutMs: 60_000 } };
const opened = openFileLocks(openRegistry(heddleRootAt(root), patient), patient);
const ref = { kind: 'text', text: name } as const;
const watcher = opened.watch();
await watcher.ready;
// Holders are read before the clock starts.
await opened.locks.holdersOf('contended');
while (!existsSync(go)) await delay(5);
const endMs = Date.now() + Number(forMs);
let grants = 0;
let longestWaitMs = 0;
while (Date.now() < endMs) {
  const startMs = performance.now();
  const outcome = await lockWhenFree(
    opened.locks,
    { ref, wish: { paths: ['contended'], limitMs: 60_000, process: undefined } },
    { clock: systemClock, onDidChange: watcher.onDidChange, signal: new AbortController().signal },
  );
  longestWaitMs = Math.max(longestWaitMs, performance.now() - startMs);
  if (outcome.kind !== 'granted') continue;
  grants += 1;
  await opened.locks.release(ref, ['contended']);
}
process.stdout.write(`${JSON.stringify({ grants, longestWaitMs })}\n`);
process.exit(0);
