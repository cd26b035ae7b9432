import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { entryText } from './entriesFolder.ts';

/**
 * A process of its own: twenty agents that beat every five seconds, and one that is measured. Prints
 * the model that it wrote and the monotonic time in nanoseconds right after each rename.
 */
const [, , folder = '', samples = '0'] = process.argv;
const agentCount = 20;
const beatMs = 5000;
const sampleMs = 100;

function replace(name: string, text: string): void {
  const temporary = join(folder, `.${name}.tmp-${process.pid}-0-0`);
  writeFileSync(temporary, text);
  renameSync(temporary, join(folder, name));
}

for (let i = 0; i < agentCount; i += 1) {
  const beat = (): void => replace(`agent-${i}.toml`, entryText(i, new Date().toISOString()));
  setTimeout(() => setInterval(beat, beatMs), (beatMs / agentCount) * i);
}

let written = 0;
const probe = setInterval(() => {
  written += 1;
  const model = `sample-${written}`;
  replace('agent-99.toml', entryText(99).replace('claude-sonnet-4-6', model));
  process.stdout.write(`${model} ${process.hrtime.bigint()}\n`);
  if (written < Number(samples)) return;
  clearInterval(probe);
  setTimeout(() => process.exit(0), 1000);
}, sampleMs);
