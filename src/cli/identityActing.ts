import type { AgentIdentity } from '../core/identities/agentIdentity.ts';
import { IdentityError } from '../core/identities/identityError.ts';
import type { ListedIdentity } from '../core/identities/listedIdentity.ts';
import { isTerminal } from '../core/sessions/executionState.ts';
import type { SessionId } from '../core/sessions/sessionId.ts';
import type { StartOutcome } from '../node/identities/startOutcome.ts';
import type { JsonValue } from '../presentation/agentJson.ts';
import { identityToJson } from '../presentation/identities/identityJson.ts';
import { unusableSpecSentence } from '../presentation/identities/identityWords.ts';
import { outcomeSentence } from '../presentation/identities/outcomeWords.ts';
import { exitCodes, type ExitCode } from './exitCodes.ts';
import { listOf, type OpenIdentities } from './identityAccess.ts';
import type { OwnerCall } from './identityCall.ts';
import { identityStateSpan } from './identityLines.ts';
import { programName } from './output.ts';
import { exitCodeOfEnd, openSessions, readSession } from './sessionAccess.ts';
import { SessionFollower } from './sessionFollower.ts';
import type { PromptFlags } from './sessionPrompt.ts';
import { stayWithSession } from './stayWithSession.ts';
import type { TextLine } from './textLine.ts';
import type { VerbContext } from './verbContext.ts';

export interface StayFlags extends PromptFlags {
  readonly detach?: boolean;
}

/** @throws IdentityError `no-active-lease` that says who owns it */
export function expectFree({ identity, lease }: ListedIdentity): void {
  if (lease === undefined || lease.isOurs) return;
  throw new IdentityError({ code: 'no-active-lease', identity, holder: lease.holder });
}

/** False, after it was said why, for an agent whose description cannot be used. */
export function isUsable({ output }: VerbContext, listed: ListedIdentity): boolean {
  if (listed.spec !== undefined) return true;
  output.error('unusable', unusableSpecSentence(listed));
  return false;
}

/** An agent as it is now; what is left of a name when nothing lasts of it. */
export async function lookAgain(
  context: VerbContext,
  open: OpenIdentities,
  identity: AgentIdentity,
): Promise<ListedIdentity> {
  const { identities } = await listOf(context, open);
  const found = identities.find((each) => each.identity === identity);
  const nothing = { problems: [], state: 'uninitialized', waitingMessages: 0, peers: [] } as const;
  return found ?? { identity, ...nothing };
}

/** The record of an agent as a document, with what else is to be said; lines for people. */
export async function showResult(
  context: VerbContext,
  open: OpenIdentities,
  {
    identity,
    json = {},
    lines,
  }: {
    readonly identity: AgentIdentity;
    readonly json?: Readonly<Record<string, JsonValue>>;
    readonly lines: (listed: ListedIdentity) => readonly TextLine[];
  },
): Promise<void> {
  const listed = await lookAgain(context, open, identity);
  context.output.result(
    () => ({ ...identityToJson(listed), ...json }),
    () => lines(listed),
  );
}

/** `reviewer is asleep.` */
export function stateLine(listed: ListedIdentity, what: string): TextLine {
  return [
    { text: listed.identity, tone: 'strong' },
    { text: ` ${what} It is ` },
    identityStateSpan(listed),
    { text: '.' },
  ];
}

/** What the outcome of a start is for a script. */
export function exitCodeOfOutcome({ kind }: Pick<StartOutcome, 'kind'>): ExitCode {
  switch (kind) {
    case 'created':
    case 'resumed':
      return exitCodes.done;
    case 'held_elsewhere':
      return exitCodes.heldByOther;
    case 'unknown':
      return exitCodes.notFound;
    case 'broken':
      return exitCodes.failed;
  }
}

/**
 * Has an agent embodied by this call. False, after it was said why, when it cannot be.
 * @throws IdentityError when somebody else owns it
 */
export function isBegun({ output }: VerbContext, outcome: StartOutcome): boolean {
  if (outcome.kind === 'created' || outcome.kind === 'resumed') return true;
  const { identity } = outcome;
  if (outcome.kind === 'held_elsewhere') {
    const { holder } = outcome;
    throw new IdentityError({ code: 'no-active-lease', identity, holder });
  }
  if (outcome.kind === 'unknown') throw new IdentityError({ code: 'unknown-identity', identity });
  output.error('broken', `${identity} is broken. ${outcomeSentence(outcome)}`);
  return false;
}

/**
 * Shows what an agent does until nothing waits for it any more, or only says where it can be watched. A
 * turn that failed is the last: what waits would be lost on it.
 */
export async function stayWithAgent(
  context: VerbContext,
  call: OwnerCall,
  { identity, flags }: { readonly identity: AgentIdentity; readonly flags: StayFlags },
): Promise<ExitCode> {
  const stop = context.host.stopSignal();
  // What waits shall not begin in the place of what is to stop.
  stop.addEventListener('abort', () => call.owner.holdMessages(identity), { once: true });
  const exitCodeOfStay = (): ExitCode => (stop.aborted ? exitCodes.failed : exitCodes.done);
  for (;;) {
    const sessionId = await call.nextTurn(identity, stop);
    if (sessionId === undefined) return exitCodeOfStay();
    if (flags.detach === true || stop.aborted) {
      await call.keep(identity);
      sayWhereToWatch(context, identity, sessionId);
      return exitCodeOfStay();
    }
    const exitCode = await follow(context, { sessionId, flags });
    const { record } = await readSession(openSessions(context), sessionId);
    // A person may leave it to itself.
    if (!isTerminal(record.state)) return exitCode;
    await call.settled(identity, sessionId);
    if (exitCode !== exitCodes.done) return exitCode;
  }
}

function sayWhereToWatch(
  { output }: VerbContext,
  identity: AgentIdentity,
  sessionId: SessionId,
): void {
  if (output.isJson) return;
  output.lines([
    [{ text: identity, tone: 'strong' }, { text: ` is at work in ${sessionId}.` }],
    `Watch it with: ${programName} session watch ${sessionId}`,
  ]);
}

/** Of documents there is one, and that is not of the session. */
async function follow(
  context: VerbContext,
  { sessionId, flags }: { readonly sessionId: SessionId; readonly flags: StayFlags },
): Promise<ExitCode> {
  const open = openSessions(context);
  if (!context.output.isJson) return stayWithSession(context, open, { sessionId, flags });
  return followSilently(context, sessionId);
}

/** Waits for the end of a session, or until it is left alone. */
export async function followSilently(
  context: VerbContext,
  sessionId: SessionId,
): Promise<ExitCode> {
  const { host, output } = context;
  const open = openSessions(context);
  const follower = new SessionFollower(context, open, {
    begin: await readSession(open, sessionId),
    signal: AbortSignal.any([host.stopSignal(), output.closedSignal]),
    isSilent: false,
  });
  const { record } = await follower.run();
  return exitCodeOfEnd(record.state.state);
}
