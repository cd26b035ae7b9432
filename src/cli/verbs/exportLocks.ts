import { resolve } from 'node:path';
import { exitCodes, type ExitCode } from '../exitCodes.ts';
import { openLocksForReading } from '../lockAccess.ts';
import { standardStream, writeSnapshotFile } from '../snapshotFile.ts';
import type { VerbContext } from '../verbContext.ts';

/** Writes all holders and what they hold in the form that other systems read. */
export async function exportLocks(context: VerbContext, file: string): Promise<ExitCode> {
  const { host, output } = context;
  const open = openLocksForReading(context);
  const snapshot = await open.locks.export();
  const { agents } = snapshot;
  if (file === standardStream) {
    output.document({ ...snapshot, agents: agents.map((agent) => ({ ...agent })) });
    return exitCodes.done;
  }
  const path = resolve(host.cwd, file);
  await writeSnapshotFile(path, `${JSON.stringify(snapshot, null, 2)}\n`);
  const lockCount = agents.reduce((sum, each) => sum + Object.keys(each.locked_paths).length, 0);
  output.result(
    () => ({ file: path, agents: agents.length, locks: lockCount }),
    () => [`Wrote ${lockCount} locks of ${agents.length} agents to ${path}.`],
  );
  return exitCodes.done;
}
