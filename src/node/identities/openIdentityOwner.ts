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
  /** The second folder of `async_replicated`, absolute. */
  readonly mirrorFolder?: string | undefined;
  readonly leaseTtlMs?: number | undefined;
  /** Where the floors are without git. */
  readonly home?: string | undefined;
  readonly probe?: ProcessProbe | undefined;
  readonly clock?: Clock | undefined;
  readonly logger: Logger;
}

/** An owner, with what it was made of for those who list. */
export interface OpenIdentityOwner {
  readonly owner: IdentityOwner;
  readonly continuity: OpenContinuity;
  readonly specs: IdentitySpecFiles;
  readonly instance: string;
}

/**
 * The one function with which every host owns identities. Opening reads, writes and starts nothing; whoever
 * opened it stops it. @throws ContinuityStoreError, IdentityError for a durability without its second place
 */
export function openIdentityOwner(options: OpenIdentityOwnerOptions): OpenIdentityOwner {
  const { location, worktree, label, logger, leaseTtlMs, durability, mirrorFolder, home } = options;
  const { clock = systemClock, probe = createProcessProbe() } = options;
  const continuity = openContinuity(location, {
    ...{ clock, probe, home, durability, mirrorFolder, label, ttlMs: leaseTtlMs },
  });
  const { program, env, policy, keep, client, parent, expectAgent } = options;
  const bridge = new ConversationBridge({
    sessions: new HostedSessions({ location, program, env, policy, keep, client, probe, clock }),
    ...{ expectAgent, cwd: worktree, parent, clock, logger },
    random: randomBytes,
  });
  const specs = new IdentitySpecFiles(worktree);
  const instance = `${process.pid}-${randomBytes(8).toString('hex')}`;
  const owner = new IdentityOwner({
    ...{ continuity, bridge, specs, instance, label, leaseTtlMs, durability, clock, logger },
    monotonicNow: () => performance.now(),
    random: randomBytes,
  });
  return { owner, continuity, specs, instance };
}
