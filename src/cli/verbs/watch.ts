import { once } from 'node:events';
import { RegistryError } from '../../core/agents/registryError.ts';
import type { RegistryChange } from '../../core/agents/registryMonitor.ts';
import type { RegistryDiff, RegistrySnapshot } from '../../core/agents/registrySnapshot.ts';
import { agentToJson, brokenToJson, type JsonValue } from '../../presentation/agentJson.ts';
import { agentTable, brokenLines } from '../agentLines.ts';
import { changeLines } from '../changeLines.ts';
import { exitCodes, type ExitCode } from '../exitCodes.ts';
import { noRegistryHint, openForReading } from '../registryAccess.ts';
import type { VerbContext } from '../verbContext.ts';

/** Longer than any timer may be; it only keeps the process up while nothing happens. */
const keepAliveMs = 0x7fff_ffff;

/** Shows the agents and then each change, until it is asked to stop or nobody reads any more. */
export async function watch(context: VerbContext): Promise<ExitCode> {
  const { output, host } = context;
  const stop = AbortSignal.any([host.stopSignal(), output.closedSignal]);
  const open = openForReading(context);
  const opened = open.monitor();
  const { monitor, ready } = opened;
  const keepAlive = setInterval(() => undefined, keepAliveMs);
  try {
    await ready;
    const { state } = monitor.snapshot;
    if (state.kind === 'failed') throw new RegistryError('io', state.problem);
    showStart(context, monitor.snapshot);
    if (state.kind === 'absent' && !output.isJson) output.notes([noRegistryHint(open.location)]);

    let shown = monitor.snapshot;
    const subscription = monitor.onDidChange((change) => {
      showChange(context, shown, change);
      shown = change.snapshot;
    });
    if (!stop.aborted) await once(stop, 'abort');
    subscription.dispose();
  } finally {
    clearInterval(keepAlive);
    opened.dispose();
  }
  return exitCodes.done;
}

function showStart({ output, host }: VerbContext, snapshot: RegistrySnapshot): void {
  output.result(
    () => ({
      type: 'snapshot',
      agents: snapshot.agents.map(({ entry, verdict }) => agentToJson(entry, verdict)),
      broken: snapshot.broken.map(brokenToJson),
    }),
    () => [...agentTable(snapshot.agents, host.clock.now()), ...brokenLines(snapshot.broken)],
  );
}

function showChange(
  { output, host }: VerbContext,
  before: RegistrySnapshot,
  { snapshot, diff }: RegistryChange,
): void {
  if (diff.stateChanged && snapshot.state.kind === 'failed') output.notes([snapshot.state.problem]);
  if (!hasContent(diff)) return;
  output.result(
    () => changeToJson(snapshot, diff),
    () => changeLines(before, { snapshot, diff }, host.clock.now()),
  );
}

function hasContent({ added, changed, beaten, removed, brokenChanged }: RegistryDiff): boolean {
  return brokenChanged || added.length + changed.length + beaten.length + removed.length > 0;
}

function changeToJson(snapshot: RegistrySnapshot, diff: RegistryDiff): JsonValue {
  const agentsOf = (ids: readonly string[]): readonly JsonValue[] => {
    const wanted = new Set(ids);
    return snapshot.agents
      .filter(({ entry }) => wanted.has(entry.sessionId))
      .map(({ entry, verdict }) => agentToJson(entry, verdict));
  };
  return {
    type: 'change',
    added: agentsOf(diff.added),
    // A sign of life is a change to whoever reads the fields.
    changed: agentsOf([...diff.changed, ...diff.beaten]),
    removed: diff.removed,
    broken: snapshot.broken.map(brokenToJson),
  };
}
