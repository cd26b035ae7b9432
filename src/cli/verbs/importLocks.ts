import { resolve } from 'node:path';
import { isRegistryError, RegistryError } from '../../core/agents/registryError.ts';
import type { ImportOutcome } from '../../core/locks/importing.ts';
import { parseSerialized, type SerializedRegistry } from '../../core/locks/serializedRegistry.ts';
import { conflictToJson, endedHoldToJson, holderToJson } from '../../presentation/lockJson.ts';
import { exitCodes, type ExitCode } from '../exitCodes.ts';
import { evidenceOf, openLocksForAdding, type OpenLocks } from '../lockAccess.ts';
import { endedRows } from '../lockLines.ts';
import { conflictLines } from '../../presentation/toolAnswers/conflictLines.ts';
import { readSnapshotText, standardStream } from '../snapshotFile.ts';
import type { TextLine } from '../textLine.ts';
import type { VerbContext } from '../verbContext.ts';

export interface ImportFlags {
  readonly replace?: boolean;
}

/** Merges a snapshot: what has expired is dropped, what stands in the way refuses it, or gives way. */
export async function importLocks(
  context: VerbContext,
  file: string,
  { replace = false }: ImportFlags,
): Promise<ExitCode> {
  const { host } = context;
  const path = file === standardStream ? file : resolve(host.cwd, file);
  const snapshot = parse(await readSnapshotText(path, host.stdin));
  const open = await openLocksForAdding(context);
  const outcome = await open.locks.import(snapshot, replace);
  await show(context, open, outcome);
  return outcome.kind === 'imported' ? exitCodes.done : exitCodes.heldByOther;
}

/** @throws RegistryError `invalid-snapshot` */
function parse(text: string): SerializedRegistry {
  try {
    return parseSerialized(JSON.parse(text));
  } catch (error) {
    if (isRegistryError(error, 'invalid-path'))
      throw noSnapshot(`"locked_paths": ${error.message}`);
    if (error instanceof SyntaxError) throw noSnapshot(`it is not valid JSON (${error.message}).`);
    throw error;
  }
}

function noSnapshot(problem: string): RegistryError {
  const message = `This is not a snapshot of locks: ${problem} Nothing was changed.`;
  return new RegistryError('invalid-snapshot', message);
}

async function show(context: VerbContext, open: OpenLocks, outcome: ImportOutcome): Promise<void> {
  const { output } = context;
  if (outcome.kind === 'held') {
    const { conflicts } = outcome;
    const concerned = conflicts.map(({ holder }) => holder);
    const evidence = await evidenceOf(context, open, concerned);
    output.result(
      () => ({
        outcome: 'held',
        imported: [],
        replaced: [],
        holders: conflicts.map(conflictToJson),
      }),
      () => [
        ...conflictLines(conflicts, evidence),
        'Nothing was imported. Wait for them, or take it from them with --replace.',
      ],
    );
    return;
  }
  const { holders, lockCount, expiredCount, replaced } = outcome;
  const evidence = await evidenceOf(
    context,
    open,
    replaced.map(({ holder }) => holder),
  );
  output.result(
    () => ({
      outcome: 'imported',
      imported: holders.map(holderToJson),
      locks: lockCount,
      expired: expiredCount,
      replaced: replaced.map(endedHoldToJson),
      holders: [],
    }),
    (): readonly TextLine[] => [
      `Imported ${lockCount} locks of ${holders.length} agents; ${expiredCount} had expired.`,
      ...(replaced.length === 0
        ? []
        : [
            'Taken from others:',
            ...endedRows(
              replaced.map(({ holder, lock }) => ({ lock, who: evidence.known(holder) })),
            ),
          ]),
    ],
  );
}
