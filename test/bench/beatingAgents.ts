import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { entryText } from './entriesFolder.ts';

/**
 * A process of its own: twenty agents that beat every five seconds, and one that is measured. Prints
 * the model that it wrote and the monotonic time in nanoseconds right before each rename.
 */
const [, , folder = '', samples = '0'] = process.argv;
const agentCount = 20;
const beatMs = 5000;
const sampleMs = 100;

/** Returns the monotonic time right before the rename. */
function replace(name: string, text: string): bigint {
  const temporary = join(folder, `.${name}.tmp-${process.pid}-0-0`);
  writeFileSync(temporary, text);
  const before = process.hrtime.bigint();
  renameSync(temporary, join(folder, name));
  return before;
}

for (let i = 0; i < agentCount; i += 1) {
  const beat = (): void => void replace(`agent-${i}.toml`, entryText(i, new Date().toISOString()));
  setTimeout(() => setInterval(beat, beatMs), (beatMs / agentCount) * i);
}

let written = 0;
const probe = setInterval(() => {
  written += 1;
  const model = `sample-${written}`;
  const at = replace('agent-99.toml', entryText(99).replace('claude-sonnet-4-6', model));
  process.stdout.write(`${model} ${at}\n`);
  if (written < Number(samples)) return;
  clearInterval(probe);
  setTimeout(() => process.exit(0), 1000);
}, sampleMs);
