import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatTimestamp } from '../../core/agents/timestamp.ts';
import { parseLockPath } from '../../core/locks/lockPath.ts';
import { heddleRootAt } from '../heddleRoot.ts';
import { initRegistry } from '../initRegistry.ts';
import { openFileLocks } from '../openFileLocks.ts';
import { openRegistry } from '../openRegistry.ts';
import { recordProcess } from '../recordedProcess.ts';

/** A repository that exists for as long as something is tried out in it. */
export interface TrialRepository {
  /** Absolute, links resolved. */
  readonly root: string;
  /** A home for the programs that are tried, so that they find nothing of the person's. */
  readonly home: string;
  /** Stands for everything that is not in the repository. */
  readonly outside: string;
  /** Locks a file, named from the root, for somebody who is at work. */
  lockForSomebody(file: string): Promise<void>;
}

/** Runs `work` with a repository in the folder for temporary files, which is removed in the end. */
export async function withTrialRepository<T>(
  work: (trial: TrialRepository) => Promise<T>,
): Promise<T> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'heddle-agents-doctor-')));
  try {
    const [root, home, outside] = ['repository', 'home', 'outside'].map((name) =>
      join(folder, name),
    ) as [string, string, string];
    await Promise.all([root, home, outside].map((path) => mkdir(path)));
    await initRegistry(heddleRootAt(root));
    return await work({ root, home, outside, lockForSomebody: (file) => lockIn(root, file) });
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function lockIn(root: string, file: string): Promise<void> {
  const registry = openRegistry(heddleRootAt(root));
  const { locks } = openFileLocks(registry);
  const recorded = await recordProcess(registry.probe, process.pid);
  const startedAt = formatTimestamp(Date.now());
  const outcome = await locks.lock(
    { kind: 'text', text: 'somebody', process: { ...recorded, startedAt } },
    { paths: [parseLockPath(file)], mode: 'exclusive', reason: 'to try out whether hooks refuse' },
  );
  if (outcome.kind !== 'granted') throw new Error(`${file} could not be locked for the trial.`);
}
