import { cpus, release, totalmem } from 'node:os';
import { benchActivation, benchSizes } from './activationBench.ts';
import type { Figure } from './figures.ts';
import { benchHook } from './hookBench.ts';
import { benchIdentities } from './identityBench.ts';
import { benchLocks } from './lockBench.ts';
import { benchLockShowing } from './lockShowingBench.ts';
import { benchRegistry } from './registryBench.ts';
import { benchSessions } from './sessionBench.ts';
import { benchWatch } from './watchBench.ts';

const groups: Readonly<Record<string, () => readonly Figure[] | Promise<readonly Figure[]>>> = {
  registry: benchRegistry,
  activation: () => benchActivation('test/bench/activateOnce.cjs'),
  sizes: benchSizes,
  hook: benchHook,
  watch: () => benchWatch('out/bench/beatingAgents.mjs'),
  locks: () => benchLocks('out/bench/lockContender.mjs'),
  showing: () => benchLockShowing('out/bench/showingLocker.mjs'),
  sessions: benchSessions,
  identities: benchIdentities,
};

/** Prints figures with their targets, what was measured in this run, and whether each was met. */
const asked = process.argv.slice(2);
const unknown = asked.find((name) => !Object.hasOwn(groups, name));
if (unknown !== undefined) {
  throw new Error(`There is no group "${unknown}". There are: ${Object.keys(groups).join(', ')}.`);
}
const figures: Figure[] = [];
for (const [name, bench] of Object.entries(groups)) {
  if (asked.length === 0 || asked.includes(name)) figures.push(...(await bench()));
}

const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${release()}, Node ${process.version}`;
const widest = Math.max(...figures.map(({ name }) => name.length));
process.stdout.write(`${machine}\n\n`);
for (const { name, target, measured, isMet } of figures) {
  process.stdout.write(
    `${name.padEnd(widest)}  ${target.padStart(12)}  ${measured.padStart(12)}  ${isMet === undefined ? '' : isMet ? 'met' : 'MISSED'}\n`,
  );
}
process.exit(0);
