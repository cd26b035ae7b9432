import { setTimeout as delay } from 'node:timers/promises';
import { heddleRootAt } from '../../src/node/heddleRoot.ts';
import { openFileLocks } from '../../src/node/openFileLocks.ts';
import { openRegistry } from '../../src/node/openRegistry.ts';

// Takes and gives back one file after the other, at a pace at which each is seen by itself.
const [root = '', count = '0'] = process.argv.slice(2);
const { locks } = openFileLocks(openRegistry(heddleRootAt(root)));
const ref = { kind: 'text', text: 'showing' } as const;
for (let i = 0; i < Number(count); i += 1) {
  const paths = [`packages/p1/shown${i}.ts`];
  await locks.lock(ref, { paths });
  await delay(60);
  await locks.release(ref, paths);
  await delay(60);
}
process.exit(0);
