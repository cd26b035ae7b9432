import type { AgentEntry, AgentUsageSummary } from '../../core/agents/agentEntry.ts';
import { formatTimestamp } from '../../core/agents/timestamp.ts';
import { agentToJson } from '../../presentation/agentJson.ts';
import { usageText } from '../../presentation/agentWording.ts';
import {
  namedFields,
  processFields,
  withoutUndefined,
  workingFolder,
  type AgentFlags,
} from '../agentFlags.ts';
import { exitCodes, type ExitCode } from '../exitCodes.ts';
import { expectFound, openForSession } from '../registryAccess.ts';
import { toSnapshot } from '../toSnapshot.ts';
import { UsageError } from '../usageError.ts';
import type { VerbContext } from '../verbContext.ts';

export interface UsageFlags {
  readonly inputTokens?: bigint;
  readonly outputTokens?: bigint;
  readonly reasoningTokens?: bigint;
  readonly toolCalls?: number;
  readonly costMicrosUsd?: bigint;
}

export interface UpdateFlags extends UsageFlags, AgentFlags {
  readonly task?: string;
}

/** Changes what is known of an agent; counters are set, not added to. */
export async function update(
  context: VerbContext,
  sessionId: string,
  flags: UpdateFlags,
): Promise<ExitCode> {
  const fields = {
    ...namedFields(flags),
    ...withoutUndefined({
      attachReason: flags.task,
      path: flags.path === undefined ? undefined : workingFolder(context, flags.path),
    }),
  };
  const usage = namedUsage(flags);
  if (Object.keys({ ...fields, ...usage }).length === 0 && flags.pid === undefined) {
    throw new UsageError(
      'There is nothing to update: give at least one flag, such as --input-tokens.',
    );
  }

  const open = await openForSession(context, sessionId);
  const process = await processFields(open, flags.pid);
  const lastProgressAt = formatTimestamp(context.host.clock.now());
  const updated = await open.registry.updateEntry(sessionId, (entry): AgentEntry => ({
    ...entry,
    ...fields,
    ...process,
    usageSummary: { ...entry.usageSummary, ...usage },
    lastProgressAt,
  }));
  const entry = expectFound(updated, open, sessionId);
  const { verdict } = await toSnapshot(open, entry);
  context.output.result(
    () => ({ agent: agentToJson(entry, verdict) }),
    () => [`Updated ${sessionId}${usageSuffix(entry)}.`],
  );
  return exitCodes.done;
}

function namedUsage(flags: UsageFlags): Partial<AgentUsageSummary> {
  return withoutUndefined({
    inputTokens: flags.inputTokens,
    outputTokens: flags.outputTokens,
    reasoningTokens: flags.reasoningTokens,
    toolCalls: flags.toolCalls,
    costMicrosUsd: flags.costMicrosUsd,
  });
}

function usageSuffix(entry: AgentEntry): string {
  const text = usageText(entry.usageSummary);
  return text === undefined ? '' : `: ${text}`;
}
