import { writeSync } from 'node:fs';
import { StoreLocker } from '../../../src/node/storeLock.ts';

// Takes a lock and keeps it until its input ends.
const locker = new StoreLocker(process.argv[2] ?? '', { timeoutMs: 60_000 });
const lock = await locker.acquire();
writeSync(1, '"held"\n');
process.stdin.on('end', () => void lock.release()).resume();
