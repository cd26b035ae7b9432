import { cpus, release, totalmem } from 'node:os';
import { benchActivation, benchSizes } from './activationBench.ts';
import type { Figure } from './figures.ts';
import { benchHook } from './hookBench.ts';
import { benchLocks } from './lockBench.ts';
import { benchLockShowing } from './lockShowingBench.ts';
import { benchRegistry } from './registryBench.ts';
import { benchWatch } from './watchBench.ts';

/** Prints every figure with its target, what was measured in this run, and whether it was met. */
const figures: readonly Figure[] = [
  ...(await benchRegistry()),
  ...benchActivation('test/bench/activateOnce.cjs'),
  ...benchSizes(),
  ...benchHook(),
  ...(await benchWatch('out/bench/beatingAgents.mjs')),
  ...(await benchLocks('out/bench/lockContender.mjs')),
  ...(await benchLockShowing('out/bench/showingLocker.mjs')),
];

const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${release()}, Node ${process.version}`;
const widest = Math.max(...figures.map(({ name }) => name.length));
process.stdout.write(`${machine}\n\n`);
for (const { name, target, measured, isMet } of figures) {
  process.stdout.write(
    `${name.padEnd(widest)}  ${target.padStart(12)}  ${measured.padStart(12)}  ${isMet === undefined ? '' : isMet ? 'met' : 'MISSED'}\n`,
  );
}
process.exit(0);
