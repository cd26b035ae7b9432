import { maxHolderNameLength } from '../locks/lockConfig.ts';
import { actorChain, parentOf } from './actorChain.ts';
import type { AgentEntry } from './agentEntry.ts';
import { actorLookup, type AgentView } from './agentIndex.ts';
import { knownEntry } from './knownEntry.ts';
import type { LivenessAssessor } from './livenessAssessor.ts';
import { RegistryError } from './registryError.ts';
import { isSessionId } from './sessionId.ts';

/** How it is known who calls, surest first. A claim is what the caller says of itself, and no more. */
export type CallerSource = 'environment' | 'hook' | 'process' | 'claimed' | 'window';

/** The argument of a call into which a hook of ours writes the session of the agent that calls. */
export const stampArgument = '_heddleSession';

/** What there is to tell a caller by. All of it is untrusted text but the processes. */
export interface CallerClues {
  /** The session that the environment of the program names. */
  readonly environment: string | undefined;
  /** The session that a hook wrote into the call. */
  readonly stamp: string | undefined;
  /** The processes above this one, nearest first. */
  readonly ancestors: () => Promise<Iterable<{ readonly pid: number }>>;
  /** Who the call says that it comes from. */
  readonly claim: string | undefined;
}

export type Identity =
  | { readonly kind: 'session'; readonly source: CallerSource; readonly entry: AgentEntry }
  /** A name that belongs to no entry. */
  | { readonly kind: 'name'; readonly source: 'claimed'; readonly name: string };

/**
 * Who calls, by the surest clue that holds; undefined for nobody. Sessions count only while they are
 * active. A child shares the environment of its parent, so a hook's stamp or a process that tells of a
 * child of the session in the environment goes before it.
 * @throws RegistryError `not-active` or `invalid-holder` for a claim that nobody may make
 */
export async function identifyCaller(
  view: AgentView,
  clues: CallerClues,
  liveness: Pick<LivenessAssessor, 'assessAll'>,
): Promise<Identity | undefined> {
  const environment = activeEntry(view, clues.environment);
  const isSurer = (entry: AgentEntry | undefined): entry is AgentEntry =>
    entry !== undefined && (environment === undefined || isDescendant(view, entry, environment));
  const stamped = activeEntry(view, clues.stamp);
  if (isSurer(stamped)) return { kind: 'session', source: 'hook', entry: stamped };
  const ofProcess = await entryOfAncestor(view, clues, liveness);
  if (isSurer(ofProcess)) return { kind: 'session', source: 'process', entry: ofProcess };
  if (environment) return { kind: 'session', source: 'environment', entry: environment };
  return clues.claim === undefined ? undefined : claimed(view, clues.claim);
}

function activeEntry(view: AgentView, sessionId: string | undefined): AgentEntry | undefined {
  if (sessionId === undefined || !isSessionId(sessionId)) return undefined;
  const entry = knownEntry(view, sessionId);
  return entry?.status === 'active' ? entry : undefined;
}

function isDescendant(view: AgentView, entry: AgentEntry, ancestor: AgentEntry): boolean {
  if (entry.sessionId === ancestor.sessionId) return false;
  return actorChain(actorLookup(view), entry.sessionId).some(
    ({ sessionId }) => sessionId === ancestor.sessionId,
  );
}

/**
 * The agent whose recorded process is the nearest of the ancestors. Of several entries with one process
 * it is the one that spawned the others; where that is not clear, nobody.
 */
async function entryOfAncestor(
  view: AgentView,
  { ancestors }: CallerClues,
  liveness: Pick<LivenessAssessor, 'assessAll'>,
): Promise<AgentEntry | undefined> {
  const byPid = agentsByPid(view);
  if (byPid.size === 0) return undefined;
  for (const { pid } of await ancestors()) {
    const candidates = byPid.get(pid) ?? [];
    const verdicts = candidates.length === 0 ? [] : await liveness.assessAll(candidates);
    const running = candidates.filter((_, i) => verdicts[i]?.reason === 'running');
    if (running.length > 0) return topmost(view, running);
  }
  return undefined;
}

/** Without people: everything that runs in their editor has their process above it. */
function agentsByPid(view: AgentView): ReadonlyMap<number, readonly AgentEntry[]> {
  const byPid = new Map<number, AgentEntry[]>();
  for (const { entry } of view.records()) {
    if (entry.pid === undefined || entry.status !== 'active' || isPersonEntry(entry)) continue;
    const others = byPid.get(entry.pid);
    if (others) others.push(entry);
    else byPid.set(entry.pid, [entry]);
  }
  return byPid;
}

function topmost(view: AgentView, entries: readonly AgentEntry[]): AgentEntry | undefined {
  const lookup = actorLookup(view);
  const tops = entries.filter((entry) => {
    const parent = parentOf(lookup, entry);
    return !entries.some((other) => other !== entry && other.sessionId === parent?.sessionId);
  });
  return tops.length === 1 ? tops[0] : undefined;
}

function claimed(view: AgentView, claim: string): Identity {
  const entry = isSessionId(claim) ? knownEntry(view, claim) : undefined;
  if (entry === undefined) return { kind: 'name', source: 'claimed', name: checkedName(claim) };
  if (isPersonEntry(entry)) {
    throw refusedClaim(`${claim} is a person's reservation, and no agent's to act for`);
  }
  if (entry.status === 'active') return { kind: 'session', source: 'claimed', entry };
  const message = `${claim} has ended (${entry.status}), so nothing can be done in its name. Register it again, or name another.`;
  throw new RegistryError('not-active', message, { sessionId: claim });
}

function checkedName(name: string): string {
  if (name.trim() === '') throw refusedClaim('it is empty');
  if (name.length > maxHolderNameLength) {
    throw refusedClaim(`it is longer than ${maxHolderNameLength} characters`);
  }
  if (/[\p{Cc}\p{Surrogate}]/u.test(name)) throw refusedClaim('it contains a control character');
  // A number may be that of anybody, also of a window with a person at it.
  if (/^\d+$/.test(name)) throw refusedClaim('a number may belong to anybody');
  return name;
}

function refusedClaim(why: string): RegistryError {
  const message = `"agent" cannot name who you are: ${why}. Give your session id or a name of your own.`;
  return new RegistryError('invalid-holder', message);
}

function isPersonEntry({ provider, nativeActorKey }: AgentEntry): boolean {
  return provider === 'human' || (nativeActorKey?.startsWith('human:') ?? false);
}
