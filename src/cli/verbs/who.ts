import { inEnglish } from '../../presentation/agentWording.ts';
import { pathText } from '../../presentation/lockedPathText.ts';
import { lockToJson } from '../../presentation/lockJson.ts';
import { exitCodes, type ExitCode } from '../exitCodes.ts';
import { evidenceOf, openLocksForReading, toLockPath } from '../lockAccess.ts';
import { lockTable } from '../lockLines.ts';
import type { VerbContext } from '../verbContext.ts';

/** Says who holds a path, something around it or something in it. Nobody is an answer too. */
export async function who(context: VerbContext, text: string): Promise<ExitCode> {
  const open = openLocksForReading(context);
  const path = toLockPath(context, open, text);
  const held = await open.locks.holdersOf(path);
  const holders = held.map(({ holder }) => holder);
  const evidence = await evidenceOf(context, open, holders);
  const shown = held.map(({ holder, lock, end }) => ({ lock, end, who: evidence.known(holder) }));
  context.output.result(
    () => ({
      path,
      holders: shown.map(({ lock, end, who: known }) =>
        lockToJson({ ...known, lock, expiresAtMs: end.atMs }),
      ),
    }),
    () =>
      shown.length === 0
        ? [`Nobody holds ${pathText(path, inEnglish)}.`]
        : lockTable({ locks: shown }, evidence.moment.nowMs),
  );
  return exitCodes.done;
}
