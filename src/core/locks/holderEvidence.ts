import { actorChain } from '../agents/actorChain.ts';
import type { AgentEntry } from '../agents/agentEntry.ts';
import { actorLookup, type AgentView } from '../agents/agentIndex.ts';
import type { LivenessSubject, LivenessVerdict } from '../agents/liveness.ts';
import type { LivenessAssessor } from '../agents/livenessAssessor.ts';
import { knownEntry } from '../agents/knownEntry.ts';
import { sessionIdOf, type HolderProcess, type LockHolder, type LockWait } from './lockHolder.ts';
import { blindLook, type Look } from './lockMoment.ts';

/** Where the entries of agents are found. */
export interface EntrySource {
  refresh(): Promise<AgentView>;
}

/**
 * Looks at the processes of these holders and waiters, for the price of one look at each process. What
 * is asked of others later is unknown.
 *
 * A holder that belongs to an agent of the registry is judged by its entry; a finished entry counts as
 * gone. Without one, or where the entry names no process, the process that the holder recorded counts.
 */
export async function lookAt(
  holders: readonly LockHolder[],
  { entries, assessor }: { readonly entries: AgentView; readonly assessor: LivenessAssessor },
): Promise<Look> {
  const subjects = new Map<object, LivenessSubject>();
  for (const holder of holders) {
    const subject = subjectOf(holder, entryOf(holder, entries));
    if (subject) subjects.set(holder, subject);
    for (const wait of holder.waits) {
      if (wait.process) subjects.set(wait, toSubject(wait.process));
    }
  }
  const verdicts = await assessor.assessAll([...subjects.values()]);
  const byObject = new Map<object, LivenessVerdict>();
  [...subjects.keys()].forEach((key, i) => {
    const verdict = verdicts[i];
    if (verdict) byObject.set(key, verdict);
  });
  // A draft replaces a holder's object as it changes; the process is the same.
  const byId = new Map(holders.map((holder) => [holder.id, byObject.get(holder)]));
  return {
    verdictOf: (holder) => byId.get(holder.id) ?? blindLook.verdictOf(holder),
    waitVerdictOf: (wait: LockWait) => byObject.get(wait) ?? blindLook.waitVerdictOf(wait),
    isAncestor: (ancestor, descendant) => isAncestor(entries, ancestor, descendant),
  };
}

/** The entry of the agent to which a holder belongs. */
export function entryOf(holder: LockHolder, entries: AgentView): AgentEntry | undefined {
  const sessionId = sessionIdOf(holder);
  return sessionId === undefined ? undefined : knownEntry(entries, sessionId);
}

function subjectOf(holder: LockHolder, entry: AgentEntry | undefined): LivenessSubject | undefined {
  const own = holder.process && toSubject(holder.process);
  if (entry === undefined) return own;
  return entry.status === 'active' && entry.pid === undefined && own ? own : entry;
}

function toSubject(process: HolderProcess): LivenessSubject {
  return { ...process, status: 'active', heartbeatAt: undefined, lastProgressAt: undefined };
}

function isAncestor(entries: AgentView, ancestor: LockHolder, descendant: LockHolder): boolean {
  const above = sessionIdOf(ancestor);
  const below = sessionIdOf(descendant);
  if (above === undefined || below === undefined || above === below) return false;
  const chain = actorChain(actorLookup(entries), below);
  return chain.some(({ sessionId }) => sessionId === above);
}
