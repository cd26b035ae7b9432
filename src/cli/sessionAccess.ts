import type { ProcessProbe } from '../core/agents/liveness.ts';
import { assertSessionId } from '../core/agents/sessionId.ts';
import { isTerminal, type ExecutionStateTag } from '../core/sessions/executionState.ts';
import { hostDiedEvent } from '../core/sessions/recoverSession.ts';
import {
  isSessionError,
  SessionError,
  type SessionProblemCode,
} from '../core/sessions/sessionError.ts';
import type { SessionId } from '../core/sessions/sessionId.ts';
import type { HeddleRoot } from '../node/heddleRoot.ts';
import { personName } from '../node/personIdentity.ts';
import { createProcessProbe } from '../node/processProbe.ts';
import type { AttachedSession } from '../node/sessions/attachedSession.ts';
import { attachToSession } from '../node/sessions/attachToSession.ts';
import { ownEndpointPlace, type EndpointPlace } from '../node/sessions/endpointFolder.ts';
import { isHostError } from '../node/sessions/hostErrors.ts';
import { hostLiveness } from '../node/sessions/hostLiveness.ts';
import type { HostClientInfo } from '../node/sessions/hostProtocol.ts';
import { SessionFiles } from '../node/sessions/jsonlSessionStore.ts';
import { sessionsFolder } from '../node/sessions/sessionsFolder.ts';
import { toPlainLine } from '../presentation/plainText.ts';
import { problemSentence } from '../presentation/sessions/sessionWords.ts';
import {
  addToTranscript,
  beginTranscript,
  type Transcript,
} from '../presentation/sessions/transcript.ts';
import { exitCodes, type ExitCode } from './exitCodes.ts';
import { sessionVariable } from './lockAgent.ts';
import { locate } from './registryAccess.ts';
import type { VerbContext } from './verbContext.ts';

/** The sessions of a root, as verbs get at them. */
export interface OpenSessions {
  readonly location: HeddleRoot;
  /** `.heddle/sessions`. */
  readonly folder: string;
  readonly files: SessionFiles;
  readonly probe: ProcessProbe;
  /** Who this is, for hosts and for those who watch. */
  readonly client: HostClientInfo;
  readonly place: EndpointPlace;
}

/** The sessions of the root that `--root` names, or of the one of the working directory. */
export function openSessions(context: VerbContext): OpenSessions {
  const location = locate(context);
  const folder = sessionsFolder(location);
  const { env } = context.host;
  return {
    location,
    folder,
    files: new SessionFiles(folder),
    probe: createProcessProbe(),
    client: { name: callerName(context, location), kind: 'cli', pid: process.pid },
    place: ownEndpointPlace({ ...env }),
  };
}

/** An agent by its session, anybody else by name. */
function callerName({ host }: VerbContext, { root }: HeddleRoot): string {
  const session = host.env[sessionVariable] ?? '';
  return session === '' ? personName(root) : session.slice(0, 200);
}

/**
 * All that is known of a session; one whose host is gone has failed.
 * @throws RegistryError `invalid-session-id`, SessionError `not-found`
 */
export async function readSession(open: OpenSessions, sessionId: SessionId): Promise<Transcript> {
  const transcript = await readStored(open, sessionId);
  if (isTerminal(transcript.record.state)) return transcript;
  const [host = 'unknown'] = await hostLiveness(open.probe, [transcript.record.header]);
  if (host !== 'dead') return transcript;
  // A host that has gone meanwhile may have written the end before.
  const last = await readStored(open, sessionId);
  const { lastActiveMs } = last.record;
  const event = hostDiedEvent(last.record, { host, nowMs: lastActiveMs });
  return event ? addToTranscript(last, event) : last;
}

async function readStored({ files }: OpenSessions, sessionId: SessionId): Promise<Transcript> {
  assertSessionId(sessionId);
  const header = await files.header(sessionId);
  if (header === undefined) throw new SessionError({ code: 'not-found', sessionId });
  let transcript = beginTranscript(header);
  for await (const event of files.history(sessionId, 1)) {
    transcript = addToTranscript(transcript, event);
  }
  return transcript;
}

/** Whoever attaches disposes. @throws HostError */
export function attach(open: OpenSessions, sessionId: SessionId): Promise<AttachedSession> {
  const { folder, client, place } = open;
  return attachToSession(folder, { sessionId, client, place });
}

/** Runs a verb and says what went wrong with its session. */
export async function reportingProblems(
  { output }: VerbContext,
  work: () => Promise<ExitCode>,
): Promise<ExitCode> {
  try {
    return await work();
  } catch (error) {
    if (isSessionError(error)) {
      output.error(error.code, problemSentence(error.problem));
      return exitCodeOfProblem(error.code);
    }
    if (!isHostError(error)) throw error;
    output.error(`host-${error.code}`, toPlainLine(error.message, 1000));
    return exitCodes.failed;
  }
}

function exitCodeOfProblem(code: SessionProblemCode): ExitCode {
  switch (code) {
    case 'engine':
      return exitCodes.failed;
    case 'not-found':
      return exitCodes.notFound;
    case 'not-paused':
    case 'already-answered':
    case 'already-cancelled':
      return exitCodes.heldByOther;
    default:
      return exitCodes.usage;
  }
}

/** What the end of a session is for a script. */
export function exitCodeOfEnd(state: ExecutionStateTag): ExitCode {
  return state === 'done' ? exitCodes.done : exitCodes.failed;
}
