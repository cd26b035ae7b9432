import { constants } from 'node:fs';
import { access, mkdtemp, rm, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { errorCode, errorText } from '../../base/errorText.ts';
import type { DoctorCheck } from '../../core/harness/doctor/doctorReport.ts';
import { loadKernelLock, type KernelLock } from '../flock.ts';
import { agentsFolder, type HeddleRoot } from '../heddleRoot.ts';
import { fileLocksFolder } from '../fileLocksFolder.ts';
import { isPortable } from '../portableLock.ts';
import { realPath } from '../discovery/repositoryTest.ts';
import { guarded, nothingToCheck, ok, problem, warning } from './doctorCheck.ts';

export interface StoreCheckOptions {
  /** Where the agents work: the folder from which the root was found. */
  readonly cwd: string;
  /** For tests: instead of the kernel's lock. */
  readonly loadKernelLock?: (() => Promise<KernelLock>) | undefined;
}

/** Whether what agents share can be written, and by one at a time. It leaves nothing behind. */
export async function storeChecks(
  location: HeddleRoot,
  options: StoreCheckOptions,
): Promise<readonly DoctorCheck[]> {
  return [
    await exclusionCheck(location, options),
    await permissionsCheck(location),
    await sandboxCheck(location, options),
  ];
}

/** Two handles of one file, of which the second must be refused. */
function exclusionCheck(
  location: HeddleRoot,
  { loadKernelLock: load = loadKernelLock }: StoreCheckOptions,
): Promise<DoctorCheck> {
  const name = { id: 'flock', title: 'Exclusion of writers' };
  return guarded(name, async () => {
    if (!location.isPresent) return nothingToCheck(name, 'There is nothing to write to yet.');
    if (isPortable(join(agentsFolder(location), '.lock'))) {
      return ok(
        name,
        'This registry is portable: writers keep each other out without native code.',
      );
    }
    const kernel = await load().catch((error: unknown) => errorText(error));
    if (typeof kernel === 'string') {
      return problem(
        name,
        `The lock of the operating system cannot be used here: ${kernel}`,
        'Run "heddle-agents init --portable" in the repository, which needs no native code.',
      );
    }
    const verdict = await withScratchFolder(location, (folder) => tryTwice(kernel, folder));
    if (verdict === 'excluded') return ok(name, 'Only one process at a time can write.');
    if (verdict === 'unwritable') {
      return nothingToCheck(name, 'Nothing can be written, so nothing can be locked.');
    }
    return problem(
      name,
      'The file system grants one lock to two writers at once, as some network drives do. Entries can be lost.',
      'Run "heddle-agents init --portable" in the repository.',
    );
  });
}

function tryTwice(kernel: KernelLock, folder: string): 'excluded' | 'not-excluded' {
  const path = join(folder, 'lock');
  const first = kernel.tryAcquire(path);
  try {
    const second = kernel.tryAcquire(path);
    second?.release();
    return first !== undefined && second === undefined ? 'excluded' : 'not-excluded';
  } finally {
    first?.release();
  }
}

/** Runs `work` with a folder of its own on the file system of the store. */
async function withScratchFolder<T>(
  { heddleFolder }: HeddleRoot,
  work: (folder: string) => T,
): Promise<T | 'unwritable'> {
  let folder: string;
  try {
    folder = await mkdtemp(join(heddleFolder, '.doctor-'));
  } catch {
    return 'unwritable';
  }
  try {
    return work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const othersMayWrite = 0o002;

function permissionsCheck(location: HeddleRoot): Promise<DoctorCheck> {
  const name = { id: 'permissions', title: 'Permissions' };
  return guarded(name, async () => {
    if (!location.isPresent) return nothingToCheck(name, 'There is nothing to write to yet.');
    const folders = [location.heddleFolder, agentsFolder(location), fileLocksFolder(location)];
    const states = await Promise.all(
      folders.map(async (path) => [path, await stateOf(path)] as const),
    );
    const unwritable = states.filter(([, state]) => state === 'unwritable').map(([path]) => path);
    if (unwritable.length > 0) {
      return problem(
        name,
        `This user may not write to ${unwritable.join(', ')}.`,
        'Give the folder to the user as whom agents run, or let that user write to it.',
      );
    }
    const open = states.filter(([, state]) => state === 'open').map(([path]) => path);
    if (open.length > 0) {
      return warning(
        name,
        `Every user of this machine may write to ${open.join(', ')}, and so take locks away.`,
        'Unless that is meant: chmod o-w on these folders.',
      );
    }
    return ok(name, 'This user may read and write everything that agents share.');
  });
}

async function stateOf(path: string): Promise<'missing' | 'unwritable' | 'open' | 'ok'> {
  try {
    const { mode } = await stat(path);
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
    // Windows has no such bits, and Node makes them up.
    return process.platform !== 'win32' && (mode & othersMayWrite) !== 0 ? 'open' : 'ok';
  } catch (error) {
    return errorCode(error) === 'ENOENT' ? 'missing' : 'unwritable';
  }
}

/** Agents that confine their commands let them write below the folder that they were started in, mostly. */
function sandboxCheck(location: HeddleRoot, { cwd }: StoreCheckOptions): Promise<DoctorCheck> {
  const name = { id: 'sandbox', title: 'Store inside a sandbox' };
  return guarded(name, async () => {
    if (!location.isPresent) return nothingToCheck(name, 'There is nothing to write to yet.');
    const written = await withScratchFolder(location, () => 'written' as const);
    if (written === 'unwritable') {
      return problem(
        name,
        `No file can be made in ${location.heddleFolder}, which may lie on a drive that is mounted read-only or outside of what a sandbox allows.`,
        writableRootAdvice(location),
      );
    }
    if (isInCheckoutOf(cwd, location)) {
      return ok(
        name,
        'The store lies in the folder in which agents work, so a sandbox lets them write to it.',
      );
    }
    return warning(
      name,
      `Agents in ${cwd} share the store in ${location.heddleFolder}, outside of the folder in which they work. Hooks run outside of most sandboxes and are not concerned; commands that an agent runs inside one are.`,
      writableRootAdvice(location),
    );
  });
}

/** A linked worktree, or a checkout that shares a store, has it outside of itself. */
function isInCheckoutOf(cwd: string, { root, heddleFolder }: HeddleRoot): boolean {
  const isBelow = (folder: string, path: string): boolean =>
    path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
  const top = realPath(root);
  return isBelow(top, realPath(cwd)) && isBelow(top, realPath(heddleFolder));
}

function writableRootAdvice({ heddleFolder }: HeddleRoot): string {
  return `Let sandboxed agents write there. Codex: add ${JSON.stringify(heddleFolder)} to writable_roots in the section [sandbox_workspace_write] of its config.toml.`;
}
