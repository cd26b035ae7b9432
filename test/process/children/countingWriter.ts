import { closeSync, openSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { KernelLock } from '../../../src/node/flock.ts';
import { StoreLocker } from '../../../src/node/storeLock.ts';

// Counts up under the lock. A file that only one can make proves that nobody else is there.
const [lockPath = '', proofFolder = '', count = '0', kernel = ''] = process.argv.slice(2);
const locker = new StoreLocker(lockPath, {
  timeoutMs: 120_000,
  loadKernelLock:
    kernel === 'no-kernel-lock'
      ? (): Promise<KernelLock> => Promise.reject(new Error('there is none'))
      : undefined,
});
const marker = join(proofFolder, 'inside');
const counter = join(proofFolder, 'counter');

process.stdout.write('"ready"\n');
for (let i = 0; i < Number(count); i += 1) {
  const lock = await locker.acquire();
  closeSync(openSync(marker, 'wx'));
  const value = Number(readFileSync(counter, 'utf8'));
  // Long enough for another to come in, if it could.
  await delay(2);
  writeFileSync(counter, String(value + 1));
  unlinkSync(marker);
  await lock.release();
}
process.stdout.write('"done"\n');
