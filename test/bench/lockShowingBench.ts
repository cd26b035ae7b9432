import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import type { HolderSnapshot } from '../../src/core/locks/lockSnapshot.ts';
import { heddleRootAt } from '../../src/node/heddleRoot.ts';
import { openFileLocks } from '../../src/node/openFileLocks.ts';
import { openRegistry } from '../../src/node/openRegistry.ts';
import { lockDecoration } from '../../src/presentation/lockDecorations.ts';
import { LockedPaths } from '../../src/presentation/lockedPaths.ts';
import { buildLocksTree, tickLocksTree } from '../../src/presentation/locksTree.ts';
import { atMost, median, percentile, reported, type Figure } from './figures.ts';
import { benchPath, holderCount, locksPerHolder, makeLockFolder } from './lockFolder.ts';

const sampleCount = 150;

/** What it costs to show ten thousand locks, and how soon one of another process is shown. */
export async function benchLockShowing(showingLocker: string): Promise<readonly Figure[]> {
  const { root } = makeLockFolder();
  const opened = openFileLocks(openRegistry(heddleRootAt(root)));
  const watching = opened.monitor();
  const { monitor } = watching;
  try {
    await watching.ready;
    const paths = new LockedPaths({ rules: monitor.snapshot.rules, isMine: () => false });
    const loadMs = spent(() => {
      paths.apply(monitor.snapshot.holders.map((after) => ({ before: undefined, after })));
    });
    const locked = paths.totals.locked;
    if (locked !== holderCount * locksPerHolder) throw new Error(`only ${locked} locks are shown`);
    return [
      reported('decorations of 10 000 locks from nothing', loadMs, 'ms'),
      ...benchLookups(paths),
      atMost(
        'decorations after one change',
        benchUpdates(paths, monitor.snapshot.holders),
        1,
        'ms',
      ),
      ...benchTree(paths, monitor.snapshot),
      ...(await benchArrival(showingLocker, { root, paths, monitor })),
    ];
  } finally {
    watching.dispose();
    rmSync(root, { recursive: true, force: true });
  }
}

function benchLookups(paths: LockedPaths): readonly Figure[] {
  const nowMs = Date.now();
  const perLookup = (pathOf: (i: number) => string): number => {
    const asked = Array.from({ length: 20_000 }, (_, i) => pathOf(i));
    const ms = spent(() => {
      for (const path of asked) lockDecoration(paths, path, nowMs);
    });
    return (ms * 1000) / asked.length;
  };
  const held = (i: number): string => benchPath((i % holderCount) + 1, i % locksPerHolder);
  perLookup(held);
  return [
    atMost('decoration lookup, a locked file', perLookup(held), 20, 'µs'),
    atMost(
      'decoration lookup, a folder',
      perLookup((i) => `packages/p${i % 50}/src`),
      20,
      'µs',
    ),
    atMost(
      'decoration lookup, a free file',
      perLookup((i) => `src/deep/in/it/f${i}.ts`),
      20,
      'µs',
    ),
  ];
}

/** One holder loses one lock and gets it back. */
function benchUpdates(paths: LockedPaths, holders: readonly HolderSnapshot[]): number {
  const samples: number[] = [];
  for (const before of holders.slice(0, 300)) {
    const after = { ...before, locks: before.locks.slice(1) };
    samples.push(spent(() => void paths.apply([{ before, after }])));
    samples.push(spent(() => void paths.apply([{ before: after, after: before }])));
  }
  return median(samples);
}

function benchTree(
  paths: LockedPaths,
  snapshot: Parameters<typeof buildLocksTree>[0][number]['snapshot'],
): readonly Figure[] {
  const cache = new WeakMap();
  const nowMs = Date.now();
  const roots = [{ snapshot, paths, contention: [] }];
  const build = (): ReturnType<typeof buildLocksTree> =>
    buildLocksTree(roots, { grouping: 'folder', nowMs, cache });
  const model = build();
  return [
    reported('tree of 10 000 locks, built again', median(many(() => void build())), 'ms'),
    reported(
      'countdown of 10 000 rows',
      median(many(() => void tickLocksTree(model, nowMs))),
      'ms',
    ),
  ];
}

/** From the grant, before it is written, to the moment at which its file would be painted anew. */
async function benchArrival(
  showingLocker: string,
  {
    root,
    paths,
    monitor,
  }: {
    readonly root: string;
    readonly paths: LockedPaths;
    readonly monitor: ReturnType<ReturnType<typeof openFileLocks>['monitor']>['monitor'];
  },
): Promise<readonly Figure[]> {
  const delays = new Map<string, number>();
  const subscription = monitor.onDidChange(({ diff }) => {
    const changed = paths.apply(diff.holders);
    for (const [key, path] of changed.paths) {
      const decoration = lockDecoration(paths, path, Date.now());
      const [held] = paths.at(key)?.holds.values() ?? [];
      if (decoration === undefined || held === undefined || delays.has(path)) continue;
      delays.set(path, Date.now() - held.lock.grantedAtMs);
    }
  });
  const locker = spawn(process.execPath, [showingLocker, root, String(sampleCount)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await once(locker, 'exit');
  subscription.dispose();
  if (delays.size < sampleCount * 0.9) {
    throw new Error(`only ${delays.size} of ${sampleCount} locks were seen`);
  }
  const samples = [...delays.values()];
  return [
    atMost('lock by another process → decoration, median', median(samples), 100, 'ms'),
    atMost('lock by another process → decoration, p99', percentile(samples, 99), 300, 'ms'),
  ];
}

function many(work: () => void): readonly number[] {
  return Array.from({ length: 20 }, () => spent(work));
}

function spent(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}
