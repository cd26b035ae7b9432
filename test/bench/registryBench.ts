import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parse } from 'smol-toml';
import { newAgentEntry } from '../../src/core/agents/agentEntry.ts';
import { heddleRootAt } from '../../src/node/heddleRoot.ts';
import { openRegistry, type OpenRegistry } from '../../src/node/openRegistry.ts';
import { entryText, makeEntriesFolder, type EntriesFolder } from './entriesFolder.ts';
import { atLeastTimes, atMost, median, timed, type Figure } from './figures.ts';

const entryCount = 10_000;
const rounds = 15;
/** Longer than the time for which a changed folder is not trusted. */
const settleMs = 80;

/** What the registry costs with ten thousand entries, as medians and ratios within this run. */
export async function benchRegistry(): Promise<readonly Figure[]> {
  const entries = makeEntriesFolder(entryCount);
  try {
    await delay(settleMs);
    const load = await benchLoad(entries);
    const opened = openRegistry(heddleRootAt(entries.root));
    await opened.store.refresh();
    await delay(settleMs);
    const scan = median(await repeat(5, () => timed(() => freshScan(entries))));
    const refresh = await benchRefresh(opened, entries);
    const unchanged = median(await repeat(rounds, () => timed(() => opened.store.refresh())));
    const reserve = await benchReserve(opened);
    return [
      ...load,
      atMost('refresh after one change', refresh, 10, 'ms'),
      atLeastTimes('refresh after one change, against reading everything', scan / refresh, 25),
      atMost('refresh of an unchanged folder', unchanged, 1, 'ms'),
      atLeastTimes('reserve a new thread, against a full scan', scan / reserve, 20),
    ];
  } finally {
    rmSync(entries.root, { recursive: true, force: true });
  }
}

/** The least that a reader can do who keeps what it read: every file, parsed, in a list. */
function plainLoop({ folder }: EntriesFolder): readonly unknown[] {
  const tables: unknown[] = [];
  for (const name of readdirSync(folder)) {
    if (name.endsWith('.toml')) tables.push(parse(readFileSync(join(folder, name), 'utf8')));
  }
  return tables;
}

async function freshScan({ root }: EntriesFolder): Promise<void> {
  await openRegistry(heddleRootAt(root)).registry.list();
}

async function benchLoad(entries: EntriesFolder): Promise<readonly Figure[]> {
  globalThis.gc?.();
  const heapBefore = process.memoryUsage().heapUsed;
  const opened = openRegistry(heddleRootAt(entries.root));
  const watch = watchSlices();
  await opened.store.refresh();
  const longestSlice = watch.stop();
  globalThis.gc?.();
  const heapMb = (process.memoryUsage().heapUsed - heapBefore) / 1e6;
  const view = await opened.store.refresh();
  if (view.records().length !== entryCount) throw new Error('the bench folder was not read');
  // In turns, so that both meet the same machine.
  const ratios = await repeat(9, async () => {
    const plain = await timed(() => Promise.resolve(plainLoop(entries)));
    return (await timed(() => freshScan(entries))) / plain;
  });
  return [
    atMost(
      'first load, against a plain loop that reads, parses and keeps',
      median(ratios),
      1.15,
      '×',
    ),
    atMost('longest slice of the first load', longestSlice, 20, 'ms'),
    atMost('heap growth for 10 000 entries', heapMb, 60, 'MB'),
  ];
}

/** Longest time for which the event loop did not turn. */
function watchSlices(): { stop(): number } {
  let last = performance.now();
  let longest = 0;
  let isRunning = true;
  const turn = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (isRunning) setImmediate(turn);
  };
  setImmediate(turn);
  return {
    stop: () => {
      isRunning = false;
      return longest;
    },
  };
}

async function benchRefresh(opened: OpenRegistry, { folder }: EntriesFolder): Promise<number> {
  const samples: number[] = [];
  for (let i = 0; i < rounds; i += 1) {
    const name = `agent-${i}.toml`;
    writeFileSync(join(folder, '.next'), entryText(i, new Date().toISOString()));
    renameSync(join(folder, '.next'), join(folder, name));
    samples.push(
      await timed(async () => {
        const view = await opened.store.refresh({ fileNames: new Set([name]) });
        view.records();
      }),
    );
    await delay(settleMs);
    await opened.store.refresh();
  }
  return median(samples);
}

async function benchReserve(opened: OpenRegistry): Promise<number> {
  const samples: number[] = [];
  for (let i = 0; i < rounds; i += 1) {
    await delay(settleMs);
    await opened.store.refresh();
    const thread = `bench/${i}`;
    samples.push(
      await timed(() =>
        opened.registry.tryReserveThread(thread, (sessionId) =>
          newAgentEntry({
            sessionId,
            thread,
            baseState: 'unknown',
            startedAt: new Date().toISOString(),
          }),
        ),
      ),
    );
  }
  return median(samples);
}

async function repeat(times: number, measure: () => Promise<number>): Promise<readonly number[]> {
  const samples: number[] = [];
  for (let i = 0; i < times; i += 1) samples.push(await measure());
  return samples;
}
