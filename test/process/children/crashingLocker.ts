import { writeSync } from 'node:fs';
import { newAgentEntry } from '../../../src/core/agents/agentEntry.ts';
import { heddleRootAt } from '../../../src/node/heddleRoot.ts';
import { openFileLocks } from '../../../src/node/openFileLocks.ts';
import { openRegistry } from '../../../src/node/openRegistry.ts';
import { recordProcess } from '../../../src/node/recordedProcess.ts';

// Takes, gives back or leaves, and dies at one step of that, with the name of the step as its last word.
const [root = '', sessionId = '', action = '', fatalStep = ''] = process.argv.slice(2);
let isArmed = false;
const opened = openRegistry(heddleRootAt(root));
const { locks } = openFileLocks(opened, {
  observeWrite: (step) => {
    if (!isArmed || step !== fatalStep) return;
    writeSync(1, `${JSON.stringify(step)}\n`);
    process.kill(process.pid, 'SIGKILL');
    // Not one instruction of the write may follow.
    for (;;);
  },
});
const ref = { kind: 'session', sessionId } as const;
await opened.registry.save(
  newAgentEntry({
    sessionId,
    thread: 'none',
    baseState: 'unknown',
    startedAt: new Date().toISOString(),
    ...(await recordProcess(opened.probe, process.pid)),
  }),
);
if (action !== 'lock') await locks.lock(ref, { paths: ['src/a.ts', 'src/b.ts'] });
isArmed = true;
if (action === 'lock') await locks.lock(ref, { paths: ['src/a.ts', 'src/b.ts'] });
else if (action === 'release') await locks.release(ref, ['src/a.ts', 'src/b.ts']);
else await locks.unregister(ref);
writeSync(1, '"survived"\n');
