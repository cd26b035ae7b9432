import type { LeaseHolder } from '../../../core/identities/leaseProvider.ts';
import type { ListedIdentity, ListedProblem } from '../../../core/identities/listedIdentity.ts';
import { identityWord } from '../identityWords.ts';

/** An agent, and where it is described. */
export interface PlacedIdentity {
  /** The folder that contains the shared `.heddle`. */
  readonly root: string;
  /** The top of the checkout whose files describe it, absolute. */
  readonly worktree: string;
  readonly listed: ListedIdentity;
  /** Who owned it last and is gone without having given it up. */
  readonly goneOwner?: LeaseHolder | undefined;
  /** The other checkout of this same window for which it is owned, absolute. */
  readonly heldIn?: string | undefined;
}

/** What is wrong in a checkout and belongs to no agent. */
export interface PlacedProblem {
  readonly worktree: string;
  readonly problem: ListedProblem;
}

/** What can be done with an agent, as far as files tell; doing it checks again. */
export interface IdentityAbilities {
  readonly start: boolean;
  readonly send: boolean;
  readonly checkpoint: boolean;
  readonly respawn: boolean;
  readonly reset: boolean;
  readonly retire: boolean;
  readonly delete: boolean;
  readonly takeOver: boolean;
  readonly session: boolean;
  readonly file: boolean;
}

/** What somebody else owns is only spoken to, unless its owner does not renew its lease any more. */
export function abilitiesOf({ listed, goneOwner }: PlacedIdentity): IdentityAbilities {
  const { spec, record, lease, session, specPath } = listed;
  const word = identityWord(listed);
  const isOurs = lease?.isOurs === true;
  const isElsewhere = lease !== undefined && !isOurs;
  const isFree = !isElsewhere;
  const hasSpec = spec !== undefined;
  const isAwake = isOurs && (word === 'idle' || word === 'working');
  const lasts = record !== undefined || listed.failure !== undefined;
  return {
    start: hasSpec && isFree && !isAwake && word !== 'broken',
    send: hasSpec && spec.addressability === 'addressable' && word !== 'broken',
    checkpoint: isAwake,
    respawn: hasSpec && isFree && record !== undefined,
    reset: hasSpec && isFree && lasts,
    retire: isAwake,
    delete: isFree && lasts,
    takeOver: hasSpec && (goneOwner !== undefined || (isElsewhere && !lease.isHealthy)),
    session: session !== undefined,
    file: specPath !== undefined,
  };
}
