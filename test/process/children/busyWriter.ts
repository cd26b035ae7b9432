import { heddleRootAt } from '../../../src/node/heddleRoot.ts';
import { openRegistry } from '../../../src/node/openRegistry.ts';
import { versionedEntry } from '../versionedEntry.ts';

// Replaces one entry again and again.
const [root = '', sessionId = '', count = '0'] = process.argv.slice(2);
const { registry } = openRegistry(heddleRootAt(root), { lock: { timeoutMs: 60_000 } });
for (let i = 0; i < Number(count); i += 1) {
  await registry.save(versionedEntry(sessionId, `${process.pid}-${i}`));
}
process.stdout.write('"done"\n');
