import { silentLogger } from '../base/logger.ts';
import type { AgentEntry } from '../core/agents/agentEntry.ts';
import { identifyCaller } from '../core/agents/callerIdentity.ts';
import { LivenessAssessor } from '../core/agents/livenessAssessor.ts';
import { present } from '../core/sessions/fieldReaders.ts';
import { isTerminal } from '../core/sessions/executionState.ts';
import { ancestorsOf } from '../node/processes/processAncestors.ts';
import { SessionIndex } from '../node/sessions/sessionIndex.ts';
import { sessionsFolder } from '../node/sessions/sessionsFolder.ts';
import { digestFold } from '../presentation/sessions/sessionDigest.ts';
import type { OpenIdentities } from './identityAccess.ts';
import { sessionVariable } from './lockAgent.ts';
import { openForReading } from './registryAccess.ts';
import type { VerbContext } from './verbContext.ts';

/** Which agent has called this program; nothing is known of one that is a person. */
export interface CallingAgent {
  /** Its session, or what its environment says that it is. */
  readonly sessionId?: string | undefined;
  /** The name of one that has one. */
  readonly identity?: string | undefined;
}

const identityVariable = 'HEDDLE_AGENTS_IDENTITY';
const maxSessionLength = 200;

/**
 * Who calls, by its environment, and by the processes above this one: an agent that takes variables out
 * of the environment is none the less no person.
 */
export async function callingAgent(
  context: VerbContext,
  open: OpenIdentities,
): Promise<CallingAgent> {
  const { env } = context.host;
  const named = env[sessionVariable] ?? '';
  const entry = await callingEntry(context, open, named);
  const sessionId = entry?.sessionId ?? named.slice(0, maxSessionLength);
  const claimed = env[identityVariable] ?? '';
  const worked = entry && (await identityOf(open, entry));
  return present<CallingAgent>({
    sessionId: sessionId === '' ? undefined : sessionId,
    identity: claimed === '' ? worked : claimed,
  });
}

async function callingEntry(
  context: VerbContext,
  { probe }: OpenIdentities,
  environment: string,
): Promise<AgentEntry | undefined> {
  const view = await openForReading(context).store.refresh();
  const caller = await identifyCaller(
    view,
    {
      ...{ environment, stamp: undefined, claim: undefined },
      ancestors: () => ancestorsOf(process.pid),
    },
    new LivenessAssessor(probe, silentLogger),
  );
  return caller?.kind === 'session' ? caller.entry : undefined;
}

/** The named agent that is at work as an entry. */
async function identityOf(
  { location, probe }: OpenIdentities,
  { sessionId }: AgentEntry,
): Promise<string | undefined> {
  const options = { probe, fold: digestFold, isBrief: true };
  const { sessions } = await new SessionIndex(sessionsFolder(location), options).list();
  for (const { record, digest } of sessions) {
    const { spec } = record.header;
    const isOf = digest.entryId === sessionId && !isTerminal(record.state);
    if (isOf && spec.kind === 'run') return spec.identity;
  }
  return undefined;
}
