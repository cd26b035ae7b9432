import type { ListedIdentity } from '../../core/identities/listedIdentity.ts';
import { identityWord, type IdentityWord } from '../identities/identityWords.ts';

/** Whether somebody owns an agent now, so that messages are brought to it soon. */
export function isOwned({ lease, state }: ListedIdentity): boolean {
  return lease !== undefined && state !== 'broken';
}

/** Whether an agent is described as one that peers may write to. */
export function canBeWrittenTo({ spec }: ListedIdentity): boolean {
  return spec?.addressability === 'addressable';
}

/** To a peer it does not matter who owns an agent. */
export function peerWord(peer: ListedIdentity): IdentityWord {
  const { lease } = peer;
  return identityWord(lease === undefined ? peer : { ...peer, lease: { ...lease, isOurs: true } });
}
