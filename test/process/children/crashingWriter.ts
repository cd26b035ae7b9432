import { writeSync } from 'node:fs';
import { heddleRootAt } from '../../../src/node/heddleRoot.ts';
import { openRegistry } from '../../../src/node/openRegistry.ts';
import { versionedEntry } from '../versionedEntry.ts';

// Writes one entry and dies at one step of it, with the name of the step as its last word.
const [root = '', sessionId = '', version = '', fatalStep = ''] = process.argv.slice(2);
const { registry } = openRegistry(heddleRootAt(root), {
  lock: { timeoutMs: 60_000 },
  observeWrite: (step) => {
    if (step !== fatalStep) return;
    writeSync(1, `${JSON.stringify(step)}\n`);
    process.kill(process.pid, 'SIGKILL');
    // Not one instruction of the write may follow.
    for (;;);
  },
});
await registry.save(versionedEntry(sessionId, version));
writeSync(1, '"survived"\n');
