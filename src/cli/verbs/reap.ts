import { openRegistry } from '../../node/openRegistry.ts';
import { livenessSentence } from '../../presentation/agentWording.ts';
import { threadSpan } from '../agentLines.ts';
import { exitCodes, type ExitCode } from '../exitCodes.ts';
import { locate, noRegistryHint } from '../registryAccess.ts';
import { alignColumns } from '../textLine.ts';
import type { VerbContext } from '../verbContext.ts';

export interface ReapFlags {
  readonly thread?: string;
  readonly dryRun?: boolean;
}

/** Abandons every agent whose process is provably gone; a dry run only names them. */
export async function reap(context: VerbContext, flags: ReapFlags): Promise<ExitCode> {
  const { output } = context;
  const open = openRegistry(locate(context), { clock: context.host.clock });
  const hasRegistry = await open.store.exists();
  const reaped = hasRegistry
    ? await open.registry.reapDead({ thread: flags.thread, isDryRun: flags.dryRun })
    : [];
  output.result(
    () => ({ reaped: reaped.map(({ entry }) => entry.sessionId) }),
    () => [
      reapedSentence(reaped.length, flags.dryRun === true),
      ...alignColumns(
        reaped.map(({ entry, verdict }) => [
          { text: `  ${entry.sessionId}` },
          threadSpan(entry),
          { text: livenessSentence(entry, verdict.reason) },
        ]),
      ),
    ],
  );
  if (!hasRegistry && !output.isJson) output.notes([noRegistryHint(open.location)]);
  return exitCodes.done;
}

function reapedSentence(count: number, isDryRun: boolean): string {
  if (count === 0) return 'Nobody is dead; nothing to reap.';
  const agents = count === 1 ? '1 dead agent' : `${count} dead agents`;
  return isDryRun ? `Would abandon ${agents}:` : `Abandoned ${agents}:`;
}
