import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { atomicWrite } from '../../src/node/atomicWrite.ts';
import { heddleRootAt } from '../../src/node/heddleRoot.ts';
import { openFileLocks, type OpenFileLocks } from '../../src/node/openFileLocks.ts';
import { openRegistry } from '../../src/node/openRegistry.ts';
import { atMost, median, reported, timed, type Figure } from './figures.ts';
import { benchPath, makeLockFolder, type LockFolder } from './lockFolder.ts';

const rounds = 60;
const contenders = 16;
const contentionMs = 4000;

/** What file locks cost with a thousand holders and ten thousand locks. */
export async function benchLocks(lockContender: string): Promise<readonly Figure[]> {
  const made = makeLockFolder();
  try {
    const opened = openFileLocks(openRegistry(heddleRootAt(made.root)));
    await opened.locks.holdersOf('warm-up');
    await delay(100);
    return [
      ...(await benchGrants(opened, made)),
      atMost('who, from a warm index', await benchWho(opened), 1, 'ms'),
      ...(await benchContention(lockContender, made)),
    ];
  } finally {
    rmSync(made.root, { recursive: true, force: true });
  }
}

async function benchGrants(
  { locks }: OpenFileLocks,
  { folder }: LockFolder,
): Promise<readonly Figure[]> {
  const ref = { kind: 'text', text: 'bench' } as const;
  const whole: number[] = [];
  const durable: number[] = [];
  for (let i = 0; i < rounds; i += 1) {
    const paths = [`bench/file${i}.ts`];
    whole.push(
      await timed(async () => {
        await locks.lock(ref, { paths });
        await locks.release(ref, paths);
      }),
    );
    // The same two writes and nothing else, in the same folder.
    durable.push(
      await timed(async () => {
        await atomicWrite(join(folder, '.plain'), 'x'.repeat(600));
        await atomicWrite(join(folder, '.plain'), 'x'.repeat(300));
      }),
    );
  }
  return [
    reported('two durable writes, which grant + release must pay', median(durable), 'ms'),
    reported('grant + release', median(whole), 'ms'),
    atMost('grant + release beyond those writes', median(whole) - median(durable), 5, 'ms'),
  ];
}

async function benchWho({ locks }: OpenFileLocks): Promise<number> {
  await delay(100);
  await locks.holdersOf('warm-up');
  const samples: number[] = [];
  for (let i = 1; i <= 500; i += 1) {
    samples.push(await timed(() => locks.holdersOf(benchPath(i, i % 10))));
  }
  return median(samples);
}

interface ContentionReport {
  readonly grants: number;
  readonly longestWaitMs: number;
}

/** Sixteen processes want one path each time they have given it back. */
async function benchContention(program: string, { root }: LockFolder): Promise<readonly Figure[]> {
  const go = join(root, 'go');
  const children = Array.from({ length: contenders }, (_, i) =>
    spawn(process.execPath, [program, root, `contender-${i}`, String(contentionMs), go], {
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  );
  const reports = children.map(async (child) => {
    const lines: string[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
    await once(child, 'close');
    return JSON.parse(lines.at(-1) ?? '{}') as ContentionReport;
  });
  await delay(2500);
  writeFileSync(go, '');
  const all = await Promise.all(reports);
  const grants = all.reduce((sum, report) => sum + report.grants, 0);
  const longest = Math.max(...all.map(({ longestWaitMs }) => longestWaitMs));
  return [
    reported('grants of 16 contending processes', grants / (contentionMs / 1000), '/s'),
    reported('the longest wait among them', longest, 'ms'),
  ];
}
