import { setTimeout as delay } from 'node:timers/promises';
import type { ListedIdentity } from '../../core/identities/listedIdentity.ts';
import { identityToJson } from '../../presentation/identities/identityJson.ts';
import { exitCodes, type ExitCode } from '../exitCodes.ts';
import { findIdentity, openIdentities, reportingIdentityProblems } from '../identityAccess.ts';
import { lastOutputOf } from '../identityOutput.ts';
import { stateLine } from '../identityActing.ts';
import { lookMs } from '../identityWaiting.ts';
import { exitCodeOfEnd, openSessions, readSession } from '../sessionAccess.ts';
import type { VerbContext } from '../verbContext.ts';

export interface WaitFlags {
  readonly contains?: string;
  readonly timeoutMs?: number;
}

/** What a look shows: that it goes on, that it is over, or that nothing can come any more. */
type Look = { readonly kind: 'goes-on' | 'over' } | { readonly kind: 'vain'; readonly why: string };

/** Waits until an agent is done with everything that it was told, or has said something. */
export function identityWait(
  context: VerbContext,
  name: string,
  flags: WaitFlags,
): Promise<ExitCode> {
  const { host, output } = context;
  return reportingIdentityProblems(context, async () => {
    const open = openIdentities(context);
    const signal = AbortSignal.any([host.stopSignal(), output.closedSignal]);
    const deadlineMs =
      flags.timeoutMs === undefined ? Infinity : performance.now() + flags.timeoutMs;
    for (;;) {
      const listed = await findIdentity(context, open, name);
      const lastOutput = await lastOutputOf(context, listed);
      const look = lookAt({ ...listed, lastOutput }, flags);
      const isLate = performance.now() >= deadlineMs || signal.aborted;
      if (look.kind === 'goes-on' && !isLate) {
        await delay(lookMs, undefined, { signal }).catch(() => undefined);
        continue;
      }
      if (look.kind === 'vain') output.notes([look.why]);
      if (look.kind === 'goes-on' && !signal.aborted) output.notes(['That took too long.']);
      output.result(
        () => identityToJson({ ...listed, lastOutput }),
        () => [stateLine(listed, look.kind === 'over' ? 'is done.' : 'was waited for.')],
      );
      if (look.kind !== 'over') return exitCodes.failed;
      return flags.contains === undefined ? exitCodeOfLast(context, listed) : exitCodes.done;
    }
  });
}

function lookAt(listed: ListedIdentity, { contains }: WaitFlags): Look {
  const { identity, session, lease, waitingMessages, lastOutput = '' } = listed;
  if (contains !== undefined && lastOutput.includes(contains)) return { kind: 'over' };
  if (session?.isRunning === true) return { kind: 'goes-on' };
  if (waitingMessages > 0) {
    if (lease !== undefined) return { kind: 'goes-on' };
    const why = `Messages wait for ${identity}, and nobody owns it. Start it.`;
    return { kind: 'vain', why };
  }
  if (contains === undefined) return { kind: 'over' };
  if (lease !== undefined) return { kind: 'goes-on' };
  return { kind: 'vain', why: `${identity} is not running and has not said that.` };
}

async function exitCodeOfLast(
  context: VerbContext,
  { session }: ListedIdentity,
): Promise<ExitCode> {
  if (session === undefined) return exitCodes.done;
  const { record } = await readSession(openSessions(context), session.sessionId);
  return exitCodeOfEnd(record.state.state);
}
