import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { systemClock, type Clock } from '../../base/clock.ts';
import type { ProcessProbe } from '../../core/agents/liveness.ts';
import { parseAgentIdentity, type AgentIdentity } from '../../core/identities/agentIdentity.ts';
import type {
  ContinuityFailure,
  ContinuityRecord,
  ContinuityResolveState,
} from '../../core/identities/continuityRecord.ts';
import type { IdentityState } from '../../core/identities/identityState.ts';
import type {
  IdentityListing,
  ListedIdentity,
  ListedLease,
  ListedSession,
} from '../../core/identities/listedIdentity.ts';
import { isTerminal } from '../../core/sessions/executionState.ts';
import { present } from '../../core/sessions/fieldReaders.ts';
import { readRecordedSession } from '../../core/sessions/recoverSession.ts';
import type { SessionId } from '../../core/sessions/sessionId.ts';
import { isPlainFolder } from '../harnessSessions/plainFile.ts';
import type { HeddleRoot } from '../heddleRoot.ts';
import { hostLiveness } from '../sessions/hostLiveness.ts';
import { SessionFiles } from '../sessions/jsonlSessionStore.ts';
import { sessionsFolder } from '../sessions/sessionsFolder.ts';
import { forEachYielding } from '../yieldingLoop.ts';
import { leaseHolder } from './acquireLeases.ts';
import { inboxFolderName, isMessageName } from './inboxReader.ts';
import { goneHolders, processKey } from './goneHolders.ts';
import type { IdentitySpecFile, IdentitySpecFiles, IdentitySpecs } from './identitySpecFiles.ts';
import { readLeaseFile, type LeaseFile } from './leaseFile.ts';
import { leaseTimeMs, leaseVerdict } from './leaseVerdict.ts';
import type { OpenContinuity } from './openContinuity.ts';
import { readRenewals, type Renewals } from './ownerFile.ts';
import { readStatusFile, type StatusFile } from './statusFile.ts';

export interface ListIdentitiesOptions {
  readonly location: HeddleRoot;
  /** Of one worktree; the same object each time, because it does not read again what is unchanged. */
  readonly specs: IdentitySpecFiles;
  readonly continuity: OpenContinuity;
  readonly probe: ProcessProbe;
  /** The instance of the one who looks, if it may own identities. */
  readonly instance?: string | undefined;
  readonly clock?: Pick<Clock, 'now'> | undefined;
}

/**
 * The identities that a worktree describes, and those of whom only something lasts, from files alone:
 * nothing is written, nobody is waited for. @throws RosterError, ContinuityStoreError, system errors
 */
export async function listIdentities(options: ListIdentitiesOptions): Promise<IdentityListing> {
  const { specs, continuity } = options;
  const described = await specs.read();
  const files = new Map(described.files.map((file) => [file.spec.identity, file]));
  const bad = badFiles(described, files);
  const names = new Set([...files.keys(), ...bad.keys(), ...continuity.files.identities()]);
  const stored = await continuity.store.resolveMany([...names]);
  const peers = await peersOf(options, described);
  const looks = await lookAt(options, [...names]);
  const gone = await goneHolders(
    options.probe,
    [...looks.values()].flatMap(({ lease }) => (lease?.file.process ? [lease.file.process] : [])),
  );
  const identities: ListedIdentity[] = [];
  for (const identity of [...names].sort()) {
    const resolved = stored.get(identity) ?? { state: 'uninitialized' };
    const file = files.get(identity);
    // Of one that was deleted nothing is left but its fence.
    if (file === undefined && !bad.has(identity) && resolved.state === 'uninitialized') continue;
    const look = looks.get(identity) ?? noLook;
    const lease = look.lease && !isGone(look.lease.file, gone) ? look.lease.shown : undefined;
    const session = await sessionOf(options, look.status);
    const path = file?.path ?? bad.get(identity);
    identities.push(
      listed(identity, { file, path, described, resolved, lease, session, look, peers }),
    );
  }
  const paths = new Set(identities.map(({ specPath }) => specPath));
  return { identities, problems: described.problems.filter(({ path }) => !paths.has(path)) };
}

interface Facts {
  readonly file: IdentitySpecFile | undefined;
  readonly path: string | undefined;
  readonly described: IdentitySpecs;
  readonly resolved: ContinuityResolveState;
  readonly lease: ListedLease | undefined;
  readonly session: ListedSession | undefined;
  readonly look: Look;
  readonly peers: ReadonlyMap<AgentIdentity, readonly AgentIdentity[]>;
}

function listed(identity: AgentIdentity, facts: Facts): ListedIdentity {
  const { file, path, described, resolved, lease, session, look } = facts;
  const record = resolved.state === 'broken' ? resolved.failure.record : recordIn(resolved);
  const { state, failure } = stateOf(identity, { resolved, lease, status: look.status });
  const version = record?.checkpointVersion ?? 0;
  return present<ListedIdentity>({
    identity,
    ...{ specPath: path, spec: file?.spec, specDigest: file?.digest },
    problems: described.problems.filter((problem) => problem.path === path),
    ...{ state, record, generation: record?.generation },
    checkpointVersion: version > 0 ? version : undefined,
    ...{ lease, failure, waitingMessages: look.waitingMessages },
    peers: facts.peers.get(identity) ?? [],
    ...{ session, lastOutput: look.status?.lastOutput },
  });
}

function recordIn(resolved: ContinuityResolveState): ContinuityRecord | undefined {
  return resolved.state === 'ready' ? resolved.record : undefined;
}

/** What an owner says counts while it owns; what is broken stays so until somebody starts it. */
function stateOf(
  identity: AgentIdentity,
  {
    resolved,
    lease,
    status,
  }: {
    readonly resolved: ContinuityResolveState;
    readonly lease: ListedLease | undefined;
    readonly status: StatusFile | undefined;
  },
): { readonly state: IdentityState; readonly failure?: ContinuityFailure } {
  if (resolved.state === 'broken') return { state: 'broken', failure: resolved.failure };
  const record = recordIn(resolved);
  const isCurrent = lease === undefined || status?.token === lease.token;
  if (status?.state === 'broken' && isCurrent) {
    const { failure: kind = 'embodiment_failed', detail = 'Nobody wrote down why.' } = status;
    return { state: 'broken', failure: { identity, kind, detail, ...(record && { record }) } };
  }
  if (lease === undefined) return { state: record === undefined ? 'uninitialized' : 'dormant' };
  return { state: isCurrent && status !== undefined ? status.state : 'active' };
}

/** What one look at the folder of an identity shows. */
interface Look {
  readonly lease?: { readonly file: LeaseFile; readonly shown: ListedLease } | undefined;
  readonly status?: StatusFile | undefined;
  readonly waitingMessages: number;
}

const noLook: Look = { waitingMessages: 0 };

async function lookAt(
  options: ListIdentitiesOptions,
  names: readonly AgentIdentity[],
): Promise<ReadonlyMap<AgentIdentity, Look>> {
  const { continuity, instance, clock = systemClock } = options;
  const nowMs = clock.now();
  const owners = new Map<string, Renewals>();
  const renewalsOf = (owner: string): Renewals => {
    const known = owners.get(owner) ?? readRenewals(continuity.folder, owner);
    owners.set(owner, known);
    return known;
  };
  const looks = new Map<AgentIdentity, Look>();
  await forEachYielding(names, (identity) => {
    const own = join(continuity.folder, identity);
    if (!isPlainFolder(own)) return;
    const found = readLeaseFile(own, identity);
    const file = found && 'value' in found ? found.value : undefined;
    const shown = file && shownLease(file, { renewalsOf, nowMs, instance });
    looks.set(identity, {
      lease: file && shown && { file, shown },
      status: readStatusFile(own, identity),
      waitingMessages: waitingIn(own),
    });
  });
  return looks;
}

/** Undefined when its time has passed. */
function shownLease(
  file: LeaseFile,
  how: {
    readonly renewalsOf: (instance: string) => Renewals;
    readonly nowMs: number;
    readonly instance: string | undefined;
  },
): ListedLease | undefined {
  const { nowMs, instance } = how;
  const renewal = how.renewalsOf(file.instance).get(file.identity);
  if (leaseVerdict(file, { renewal, nowMs }).kind === 'expired') return undefined;
  // A time that lies ahead is as good as now.
  const agedMs = Math.max(0, nowMs - leaseTimeMs(file, renewal));
  const remainingMs = Math.max(0, file.ttlMs - agedMs);
  return {
    ...{ token: file.token, holder: leaseHolder(file), isOurs: file.instance === instance },
    ...{ remainingMs, isHealthy: remainingMs > file.ttlMs * healthyShare },
  };
}

const healthyShare = 0.2;

function isGone({ process }: LeaseFile, gone: ReadonlySet<string>): boolean {
  return process !== undefined && gone.has(processKey(process));
}

function waitingIn(own: string): number {
  const inbox = join(own, inboxFolderName);
  try {
    return isPlainFolder(inbox) ? readdirSync(inbox).filter(isMessageName).length : 0;
  } catch {
    // What is wrong with it is told to whoever puts or brings a message.
    return 0;
  }
}

/** Whether it runs is asked of its own files, because it outlives its owner. */
async function sessionOf(
  { location, probe }: ListIdentitiesOptions,
  status: StatusFile | undefined,
): Promise<ListedSession | undefined> {
  if (status?.sessionId === undefined) return undefined;
  const { sessionId } = status;
  if (status.isRunning !== true) return { sessionId, isRunning: false };
  const isRunning = await isSessionRunning(location, { sessionId, probe }).catch(() => false);
  return { sessionId, isRunning };
}

async function isSessionRunning(
  location: HeddleRoot,
  { sessionId, probe }: { readonly sessionId: SessionId; readonly probe: ProcessProbe },
): Promise<boolean> {
  const files = new SessionFiles(sessionsFolder(location));
  const record = await readRecordedSession(files, sessionId);
  if (record === undefined || isTerminal(record.state)) return false;
  const [host] = await hostLiveness(probe, [record.header]);
  return host !== 'dead';
}

/** Files that cannot be used but say by their names of whom they are. */
function badFiles(
  { problems }: IdentitySpecs,
  files: ReadonlyMap<AgentIdentity, IdentitySpecFile>,
): ReadonlyMap<AgentIdentity, string> {
  const bad = new Map<AgentIdentity, string>();
  for (const { path, severity } of problems) {
    if (severity !== 'error' || !path.endsWith('.toml')) continue;
    try {
      const identity = parseAgentIdentity(basename(path, '.toml'));
      if (!files.has(identity)) bad.set(identity, path);
    } catch {
      // Not the name of an agent: the problem says so.
    }
  }
  return bad;
}

async function peersOf(
  { specs }: ListIdentitiesOptions,
  { files }: IdentitySpecs,
): Promise<ReadonlyMap<AgentIdentity, readonly AgentIdentity[]>> {
  const roster = files.map(({ spec }) => spec);
  const edges = await specs.computeEdges(
    roster.map(({ identity }) => identity),
    roster,
  );
  const peers = new Map<AgentIdentity, AgentIdentity[]>();
  const add = (one: AgentIdentity, other: AgentIdentity): void => {
    const known = peers.get(one);
    if (known) known.push(other);
    else peers.set(one, [other]);
  };
  for (const { a, b } of edges) {
    add(a, b);
    add(b, a);
  }
  for (const own of peers.values()) own.sort();
  return peers;
}
