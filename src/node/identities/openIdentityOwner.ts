import { randomBytes } from 'node:crypto';
import { systemClock, type Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { PermissionPolicy } from '../../core/acp/permissionPolicy.ts';
import type { ProcessProbe } from '../../core/agents/liveness.ts';
import type { DurabilityPolicy } from '../../core/identities/durabilityPolicy.ts';
import type { SessionParent } from '../../core/sessions/sessionSpec.ts';
import type { HeddleRoot } from '../heddleRoot.ts';
import { createProcessProbe } from '../processProbe.ts';
import type { HostClientInfo } from '../sessions/hostProtocol.ts';
import type { Retention } from '../sessions/sessionHistory.ts';
import type { AgentCommand } from '../sessions/startRequest.ts';
import type { HostProgram } from '../sessions/startSessionHost.ts';
import { ConversationBridge } from './conversationBridge.ts';
import { IdentityOwner } from './identityOwner.ts';
import { HostedSessions } from './identitySessions.ts';
import { IdentitySpecFiles } from './identitySpecFiles.ts';
import { openContinuity, type OpenContinuity } from './openContinuity.ts';

export interface OpenIdentityOwnerOptions {
  readonly location: HeddleRoot;
  /** The checkout that describes the agents and in which they work, absolute. */
  readonly worktree: string;
  /** Who owns, as people are told: a window or a call. */
  readonly label: string;
  /** The coding agent of a preset. @throws Error that says what to do when it is not installed */
  readonly expectAgent: (preset: string) => AgentCommand;
  readonly program: HostProgram;
  /** The environment of session hosts and agents. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** As session hosts are told. */
  readonly client: HostClientInfo;
  /** Asked at each start. */
  readonly policy?: (() => PermissionPolicy | undefined) | undefined;
  readonly keep?: (() => Retention | undefined) | undefined;
  /** For whom the agents work. */
  readonly parent?: SessionParent | undefined;
  readonly durability?: DurabilityPolicy | undefined;
  /** What is open already; opened here otherwise, with the `OwnContinuityOptions`. */
  readonly continuity?: OpenContinuity | undefined;
  /** Of `worktree`, where somebody reads them already. */
  readonly specs?: IdentitySpecFiles | undefined;
  /** Names this process among all owners; never used twice. Made up unless told. */
  readonly instance?: string | undefined;
  readonly probe?: ProcessProbe | undefined;
  readonly clock?: Clock | undefined;
  readonly logger: Logger;
}

/** How continuity is opened here; of no use beside one that is open already. */
export interface OwnContinuityOptions {
  /** The second folder of `async_replicated`, absolute. */
  readonly mirrorFolder?: string | undefined;
  readonly leaseTtlMs?: number | undefined;
  /** Where the floors are without git. */
  readonly home?: string | undefined;
}

/** An owner, with what it was made of for those who list or watch turns. */
export interface OpenIdentityOwner {
  readonly owner: IdentityOwner;
  readonly bridge: ConversationBridge;
  readonly continuity: OpenContinuity;
  readonly specs: IdentitySpecFiles;
  readonly instance: string;
}

/**
 * The one function with which every host owns identities. Opening reads, writes and starts nothing; whoever
 * opened it stops it. @throws Error for `continuity` together with how to open one, ContinuityStoreError and
 * IdentityError for a durability without its second place
 */
export function openIdentityOwner(
  options: OpenIdentityOwnerOptions & OwnContinuityOptions,
): OpenIdentityOwner {
  const { location, worktree, label, logger, leaseTtlMs, durability } = options;
  const { clock = systemClock, probe = createProcessProbe() } = options;
  const continuity = options.continuity ?? openOwn(options, { clock, probe });
  if (options.continuity !== undefined) assertNoneOf(options);
  const { program, env, policy, keep, client, parent, expectAgent } = options;
  const bridge = new ConversationBridge({
    sessions: new HostedSessions({ location, program, env, policy, keep, client, probe, clock }),
    ...{ expectAgent, cwd: worktree, parent, clock, logger },
    random: randomBytes,
  });
  const { specs = new IdentitySpecFiles(worktree) } = options;
  const { instance = `${process.pid}-${randomBytes(8).toString('hex')}` } = options;
  const owner = new IdentityOwner({
    ...{ continuity, bridge, specs, instance, label, leaseTtlMs, durability, clock, logger },
    monotonicNow: () => performance.now(),
    random: randomBytes,
  });
  return { owner, bridge, continuity, specs, instance };
}

function openOwn(
  { location, label, durability, mirrorFolder, leaseTtlMs, home }: AllOptions,
  { clock, probe }: { readonly clock: Clock; readonly probe: ProcessProbe },
): OpenContinuity {
  const ttlMs = leaseTtlMs;
  return openContinuity(location, { clock, probe, home, durability, mirrorFolder, label, ttlMs });
}

/** What somebody asks for and does not get must not go unnoticed. */
function assertNoneOf({ mirrorFolder, leaseTtlMs, home }: OwnContinuityOptions): void {
  const given = Object.entries({ mirrorFolder, leaseTtlMs, home }).filter(
    ([, value]) => value !== undefined,
  );
  if (given.length === 0) return;
  const names = given.map(([name]) => name).join(' and ');
  throw new Error(
    `"continuity" and ${names} are mutually exclusive: what is open already is not opened otherwise. Leave one out.`,
  );
}

type AllOptions = OpenIdentityOwnerOptions & OwnContinuityOptions;
