import { findHolder } from '../../core/locks/holderRef.ts';
import { brokenHolderToJson, lockToJson, waitToJson } from '../../presentation/lockJson.ts';
import { exitCodes, type ExitCode } from '../exitCodes.ts';
import { openLocksForReading, toLockPath } from '../lockAccess.ts';
import type { AgentFlag } from '../lockAgent.ts';
import { brokenHolderLines, lockTable } from '../lockLines.ts';
import { narrowed, readLocks } from '../lockOverview.ts';
import type { HeddleRoot } from '../../node/heddleRoot.ts';
import { noRegistryHint } from '../registryAccess.ts';
import type { VerbContext } from '../verbContext.ts';

export interface LocksFlags extends AgentFlag {
  readonly path?: string;
}

/** Lists what is held, who waits, and the files that cannot be read. */
export async function locks(context: VerbContext, flags: LocksFlags): Promise<ExitCode> {
  const { host, output } = context;
  const open = openLocksForReading(context);
  const path = flags.path === undefined ? undefined : toLockPath(context, open, flags.path);
  const everything = await readLocks(context, open);
  const { agent } = flags;
  const { view } = await open.store.refresh();
  const wantedId =
    agent === undefined ? undefined : findHolder(view, { kind: 'text', text: agent })?.id;
  const shown = narrowed(everything, {
    path,
    isWanted: ({ id }) => agent === undefined || id === wantedId,
    rules: view.rules,
  });
  output.result(
    () => ({
      locks: shown.locks.map(({ lock, end, who }) =>
        lockToJson({ ...who, lock, expiresAtMs: end.atMs }),
      ),
      waiting: shown.waits.map(({ wait, position, who }) => waitToJson(who.holder, wait, position)),
      broken: shown.broken.map(brokenHolderToJson),
    }),
    () => [...lockTable(shown, host.clock.now()), ...brokenHolderLines(shown.broken)],
  );
  if (!output.isJson && shown.locks.length + shown.waits.length + shown.broken.length === 0) {
    output.notes([emptyHint(open.registry.location, flags)]);
  }
  return exitCodes.done;
}

function emptyHint(location: HeddleRoot, { path, agent }: LocksFlags): string {
  if (!location.isPresent) return noRegistryHint(location);
  const isFiltered = path !== undefined || agent !== undefined;
  return isFiltered ? 'No lock matches.' : 'Nothing is locked.';
}
