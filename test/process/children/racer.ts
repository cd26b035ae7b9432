import { createInterface } from 'node:readline';
import { newAgentEntry } from '../../../src/core/agents/agentEntry.ts';
import { heddleRootAt } from '../../../src/node/heddleRoot.ts';
import { openRegistry } from '../../../src/node/openRegistry.ts';
import { recordProcess } from '../../../src/node/recordedProcess.ts';
import type { RaceAnswer, RaceStart } from '../raceMessages.ts';

// Tries to reserve a thread whenever it is told to, and says what it was told.
const [root = '', name = ''] = process.argv.slice(2);
const { registry, probe } = openRegistry(heddleRootAt(root), { lock: { timeoutMs: 120_000 } });

async function race({ thread, pid }: RaceStart): Promise<RaceAnswer> {
  const holder = await recordProcess(probe, pid);
  const outcome = await registry.tryReserveThread(thread, (sessionId) =>
    newAgentEntry({
      sessionId,
      thread,
      baseState: 'unknown',
      startedAt: new Date().toISOString(),
      clientInstanceId: name,
      ...holder,
    }),
  );
  return { kind: outcome.kind, owner: outcome.entry.sessionId };
}

process.stdout.write('"ready"\n');
for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await race(JSON.parse(line) as RaceStart))}\n`);
}
