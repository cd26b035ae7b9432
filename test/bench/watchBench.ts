import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { heddleRootAt } from '../../src/node/heddleRoot.ts';
import { openRegistry } from '../../src/node/openRegistry.ts';
import { makeEntriesFolder } from './entriesFolder.ts';
import { atMost, median, percentile, type Figure } from './figures.ts';

const sampleCount = 250;

/** From the rename in another process to the change event in this one, while 20 agents beat. */
export async function benchWatch(beatingAgents: string): Promise<readonly Figure[]> {
  const { root, folder } = makeEntriesFolder(100);
  const monitor = openRegistry(heddleRootAt(root)).monitor();
  try {
    const seen = new Map<string, bigint>();
    monitor.monitor.onDidChange(({ snapshot, diff }) => {
      const now = process.hrtime.bigint();
      if (!diff.changed.includes('agent-99')) return;
      const agent = snapshot.agents.find(({ entry }) => entry.sessionId === 'agent-99');
      if (agent?.entry.model !== undefined) seen.set(agent.entry.model, now);
    });
    await monitor.ready;
    const written = await runWriter(beatingAgents, folder);
    const delays = [...written].flatMap(([model, at]) => {
      const event = seen.get(model);
      return event === undefined ? [] : [Math.max(0, Number(event - at) / 1e6)];
    });
    if (delays.length < sampleCount * 0.9) {
      throw new Error(`only ${delays.length} of ${sampleCount} changes were seen one by one`);
    }
    return [
      atMost('rename → change event, median', median(delays), 60, 'ms'),
      atMost('rename → change event, p99', percentile(delays, 99), 250, 'ms'),
    ];
  } finally {
    monitor.dispose();
    rmSync(root, { recursive: true, force: true });
  }
}

async function runWriter(script: string, folder: string): Promise<ReadonlyMap<string, bigint>> {
  const writer = spawn(process.execPath, [script, folder, String(sampleCount)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const written = new Map<string, bigint>();
  createInterface({ input: writer.stdout }).on('line', (line) => {
    const [model, at] = line.split(' ');
    if (model !== undefined && at !== undefined) written.set(model, BigInt(at));
  });
  await once(writer, 'exit');
  return written;
}
