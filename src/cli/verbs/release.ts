import type { AgentEntry, TerminalStatus } from '../../core/agents/agentEntry.ts';
import { withStatus } from '../../core/agents/entryStatus.ts';
import { agentToJson } from '../../presentation/agentJson.ts';
import { heldThread } from '../../presentation/agentWording.ts';
import { toPlainLine } from '../../presentation/plainText.ts';
import { exitCodes, type ExitCode } from '../exitCodes.ts';
import { expectFound, openForSession } from '../registryAccess.ts';
import { toSnapshot } from '../toSnapshot.ts';
import type { VerbContext } from '../verbContext.ts';

export interface ReleaseFlags {
  readonly status: TerminalStatus;
}

/** Ends an agent and with it its reservation. Ending it the same way again changes nothing. */
export async function release(
  context: VerbContext,
  sessionId: string,
  { status }: ReleaseFlags,
): Promise<ExitCode> {
  const open = await openForSession(context, sessionId);
  const known = expectFound(await open.registry.load(sessionId), open, sessionId);
  const isReleased = known.status === status;
  const updated = isReleased
    ? known
    : await open.registry.updateEntry(sessionId, (entry) =>
        // Another process may have been quicker.
        entry.status === status ? entry : withStatus(entry, status, context.host.clock.now()),
      );
  const entry = expectFound(updated, open, sessionId);
  const { verdict } = await toSnapshot(open, entry);
  context.output.result(
    () => ({ agent: agentToJson(entry, verdict) }),
    () => [
      isReleased
        ? `${sessionId} is ${status} already; nothing was changed.`
        : `${releasedText(entry)}${sessionId} is ${status}.`,
    ],
  );
  return exitCodes.done;
}

function releasedText(entry: AgentEntry): string {
  const thread = heldThread(entry);
  return thread === undefined ? '' : `Released ${toPlainLine(thread)}: `;
}
