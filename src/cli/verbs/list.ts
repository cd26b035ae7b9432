import type { AgentSnapshot } from '../../core/agents/registrySnapshot.ts';
import type { OpenRegistry } from '../../node/openRegistry.ts';
import { agentToJson, brokenToJson } from '../../presentation/agentJson.ts';
import { agentTable, brokenLines } from '../agentLines.ts';
import { exitCodes, type ExitCode } from '../exitCodes.ts';
import { noRegistryHint, openForReading } from '../registryAccess.ts';
import type { VerbContext } from '../verbContext.ts';

export interface ListFlags {
  readonly alive?: boolean;
  readonly thread?: string;
}

/** Shows the agents, and the files that cannot be read. */
export async function list(context: VerbContext, flags: ListFlags): Promise<ExitCode> {
  const open = openForReading(context);
  const { records, view } = await open.registry.listView();
  const broken = view.broken();
  const onThread = records.filter(
    ({ entry }) => flags.thread === undefined || entry.thread === flags.thread,
  );
  const verdicts = await open.registry.livenessForAll(onThread.map(({ entry }) => entry));
  const agents = onThread.flatMap(({ entry, startedAt }, i): readonly AgentSnapshot[] => {
    const verdict = verdicts[i];
    const isShown = flags.alive !== true || verdict?.liveness === 'alive';
    return verdict !== undefined && isShown ? [{ entry, startedAt, verdict }] : [];
  });

  const nowMs = context.host.clock.now();
  context.output.result(
    () => ({
      agents: agents.map(({ entry, verdict }) => agentToJson(entry, verdict)),
      broken: broken.map(brokenToJson),
    }),
    () => [...agentTable(agents, nowMs), ...brokenLines(broken)],
  );
  if (!context.output.isJson && agents.length + broken.length === 0) {
    context.output.notes([await emptyHint(open, flags)]);
  }
  return exitCodes.done;
}

async function emptyHint(open: OpenRegistry, flags: ListFlags): Promise<string> {
  if (!(await open.store.exists())) return noRegistryHint(open.location);
  const isFiltered = flags.alive === true || flags.thread !== undefined;
  return isFiltered ? 'No agent matches.' : 'No agents yet. "heddle-agents register" adds one.';
}
