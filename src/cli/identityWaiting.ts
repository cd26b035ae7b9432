import { setTimeout as delay } from 'node:timers/promises';
import type { AgentIdentity } from '../core/identities/agentIdentity.ts';
import type { SessionId } from '../core/sessions/sessionId.ts';
import { SessionIndex } from '../node/sessions/sessionIndex.ts';
import { exitCodes, type ExitCode } from './exitCodes.ts';
import type { OpenIdentities } from './identityAccess.ts';
import { followSilently, lookAgain } from './identityActing.ts';
import { openSessions, readSession } from './sessionAccess.ts';
import { SessionFollower } from './sessionFollower.ts';
import { sessionFigures, sessionHeading } from './sessionLines.ts';
import { exitCodeOfEnd } from './sessionAccess.ts';
import { TranscriptPrinter } from './transcriptPrinter.ts';
import type { VerbContext } from './verbContext.ts';

/** How often files are looked at. */
export const lookMs = 250;

/** What became of a message that somebody else is to bring. */
export interface BroughtMessage {
  readonly isBrought: boolean;
  readonly exitCode: ExitCode;
}

/** Waits until the owner has brought a message and the turn that it began is over. */
export async function untilBrought(
  context: VerbContext,
  open: OpenIdentities,
  { identity, messageId }: { readonly identity: AgentIdentity; readonly messageId: string },
): Promise<BroughtMessage> {
  const { host, output } = context;
  const signal = AbortSignal.any([host.stopSignal(), output.closedSignal]);
  const notBrought = { isBrought: false, exitCode: exitCodes.failed } as const;
  for (;;) {
    const { messages } = await open.continuity.inbox.list(identity);
    if (!messages.some(({ id }) => id === messageId)) break;
    const { lease } = await lookAgain(context, open, identity);
    if (lease === undefined) {
      output.notes([`Nobody owns ${identity} any more. The message waits until it is started.`]);
      return notBrought;
    }
    await delay(lookMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return notBrought;
  }
  const sessionId = await newestSession(context, open, identity);
  if (sessionId === undefined) return { isBrought: true, exitCode: exitCodes.done };
  const exitCode = await watch(context, sessionId);
  return { isBrought: true, exitCode };
}

/** A message is taken out of the inbox when its session has begun. */
async function newestSession(
  context: VerbContext,
  { probe }: OpenIdentities,
  identity: AgentIdentity,
): Promise<SessionId | undefined> {
  const { folder } = openSessions(context);
  const { sessions } = await new SessionIndex(folder, { probe, isBrief: true }).list();
  const own = sessions.find(
    ({ record: { header } }) => header.spec.kind === 'run' && header.spec.identity === identity,
  );
  return own?.record.header.sessionId;
}

/** It is the owner's session: whoever watches leaves it alone. */
async function watch(context: VerbContext, sessionId: SessionId): Promise<ExitCode> {
  const { host, output } = context;
  if (output.isJson) return followSilently(context, sessionId);
  const open = openSessions(context);
  const begin = await readSession(open, sessionId);
  output.lines(sessionHeading(begin));
  const printer = new TranscriptPrinter(output);
  printer.show(begin);
  const follower = new SessionFollower(context, open, {
    begin,
    signal: AbortSignal.any([host.stopSignal(), output.closedSignal]),
    onDidObserve: (transcript) => printer.show(transcript),
  });
  const last = await follower.run();
  output.lines(sessionFigures(last, host.clock.now()));
  return exitCodeOfEnd(last.record.state.state);
}
