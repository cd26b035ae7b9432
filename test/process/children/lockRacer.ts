import { randomInt } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { newAgentEntry } from '../../../src/core/agents/agentEntry.ts';
import { isRegistryError } from '../../../src/core/agents/registryError.ts';
import { heddleRootAt } from '../../../src/node/heddleRoot.ts';
import { openFileLocks } from '../../../src/node/openFileLocks.ts';
import { openRegistry } from '../../../src/node/openRegistry.ts';
import { recordProcess } from '../../../src/node/recordedProcess.ts';
import type { LockRaceAnswer, LockRaceStart, WitnessLine } from '../lockRaceMessages.ts';

// Takes and gives back random ones of some paths until it has had enough grants.
const [root = '', sessionId = ''] = process.argv.slice(2);
const patient = { lock: { timeoutMs: 120_000 } };
const opened = openRegistry(heddleRootAt(root), patient);
const { locks } = openFileLocks(opened, patient);
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

async function race({ paths, grants, witness }: LockRaceStart): Promise<LockRaceAnswer> {
  const tell = (line: WitnessLine): void => appendFileSync(witness, `${JSON.stringify(line)}\n`);
  let refusals = 0;
  for (let granted = 0; granted < grants;) {
    const path = paths[randomInt(paths.length)] ?? '.';
    const outcome = await unlessRemoved(() => locks.lock(ref, { paths: [path] }));
    if (outcome === undefined || outcome.kind === 'held') {
      refusals += 1;
      await delay(randomInt(1, 25));
      continue;
    }
    granted += 1;
    const token = outcome.grants[0]?.lock.token ?? 0;
    tell({ kind: 'granted', sessionId, path, token });
    if (randomInt(4) === 0) await delay(randomInt(1, 5));
    tell({ kind: 'releasing', sessionId, path, token });
    await unlessRemoved(() => locks.release(ref, [path]));
  }
  return { grants, refusals };
}

/** Undefined when the state was removed under this process's hands, which it is told. */
async function unlessRemoved<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (isRegistryError(error, 'io')) return undefined;
    throw error;
  }
}

process.stdout.write('"ready"\n');
for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await race(JSON.parse(line) as LockRaceStart))}\n`);
}
