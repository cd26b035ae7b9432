import { heddleRootAt } from '../../../src/node/heddleRoot.ts';
import { openRegistry } from '../../../src/node/openRegistry.ts';
import { versionOf } from '../versionedEntry.ts';

// Lists without a pause until its input ends, and then says all that it saw.
const root = heddleRootAt(process.argv[2] ?? '');
const lasting = openRegistry(root).registry;
const torn = new Set<string>();
const versions = new Set<string>();
let looks = 0;
let isOver = false;
process.stdin.on('end', () => (isOver = true)).resume();

async function look(): Promise<void> {
  // One that knows what it saw before, and one that reads each file anew.
  for (const registry of [lasting, openRegistry(root).registry]) {
    const { records, view } = await registry.listView();
    for (const { fileName, problem } of view.broken()) torn.add(`${fileName}: ${problem}`);
    for (const { entry } of records) {
      const version = versionOf(entry);
      if (version === undefined) torn.add(`${entry.sessionId} is of no version`);
      else versions.add(`${entry.sessionId} ${version}`);
    }
  }
  looks += 1;
}

process.stdout.write('"ready"\n');
while (!isOver) {
  await look();
  // Lets the end of the input be heard.
  await new Promise((resolve) => setImmediate(resolve));
}
process.stdout.write(`${JSON.stringify({ looks, torn: [...torn], versions: [...versions] })}\n`);
