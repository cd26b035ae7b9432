import type { DoctorCheck } from '../../core/harness/doctor/doctorReport.ts';
import { fileLocksFolder } from '../fileLocksFolder.ts';
import { openFileLocks } from '../openFileLocks.ts';
import { agentsFolder, type HeddleRoot } from '../heddleRoot.ts';
import { openRegistry } from '../openRegistry.ts';
import { guarded, nothingToCheck, ok, problem, warning } from './doctorCheck.ts';

const maxNamed = 5;

/** Whether agents and locks can be read. Nothing is written, not even to tidy up. */
export async function registryChecks(location: HeddleRoot): Promise<readonly DoctorCheck[]> {
  return [await registryCheck(location), await locksCheck(location)];
}

function registryCheck(location: HeddleRoot): Promise<DoctorCheck> {
  const name = { id: 'registry', title: 'Registry of agents' };
  return guarded(name, async () => {
    const { store } = openRegistry(location, { isReadOnly: true });
    if (!location.isPresent || !(await store.exists())) {
      return problem(
        name,
        `There is no registry in ${location.root}, so agents are neither seen nor kept apart.`,
        'Run "heddle-agents init" in the repository.',
      );
    }
    const view = await store.refresh();
    const broken = view.broken();
    const count = counted(view.records().length, 'entry', 'entries');
    if (broken.length === 0) return ok(name, `${agentsFolder(location)} has ${count}.`);
    return warning(
      name,
      `${agentsFolder(location)} has ${count}, and ${unreadable(broken)}`,
      'Look at these files. One that nobody needs can be deleted; agents go on without it.',
    );
  });
}

function locksCheck(location: HeddleRoot): Promise<DoctorCheck> {
  const name = { id: 'locks', title: 'File locks' };
  return guarded(name, async () => {
    const registry = openRegistry(location, { isReadOnly: true });
    const { store } = openFileLocks(registry, { isReadOnly: true });
    if (!location.isPresent || !(await store.exists())) {
      return nothingToCheck(name, 'No file was ever locked here.');
    }
    const { view, broken } = await store.refresh();
    const holders = [...view.holders()];
    const held = holders.reduce((sum, { locks }) => sum + locks.size, 0);
    const count = counted(held, 'file is', 'files are');
    if (broken.length === 0) return ok(name, `${count} locked in ${fileLocksFolder(location)}.`);
    return warning(
      name,
      `${count} locked, and ${unreadable(broken)}`,
      'Look at these files. Locks in a file that cannot be read do not keep anybody out.',
    );
  });
}

function unreadable(
  broken: readonly { readonly fileName: string; readonly problem: string }[],
): string {
  const named = broken
    .slice(0, maxNamed)
    .map(({ fileName, problem: why }) => `${fileName}: ${why}`);
  const rest = broken.length - named.length;
  const more = rest > 0 ? ` And ${rest} more.` : '';
  return `${counted(broken.length, 'file', 'files')} cannot be read. ${named.join(' ')}${more}`;
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
