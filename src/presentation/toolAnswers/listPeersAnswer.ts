import type { ListedIdentity } from '../../core/identities/listedIdentity.ts';
import { identityName, identityWordText } from '../identities/identityWords.ts';
import { toPlainLine } from '../plainText.ts';
import { canBeWrittenTo, isOwned, peerWord } from './peerWords.ts';
import type { PeerCall } from './peerPort.ts';
import { boundedLines, firstRows } from './rows.ts';
import type { JsonObject, ToolAnswer } from './toolCall.ts';
import { ToolInput } from './toolInput.ts';

/** To whom the caller may write, and what each of them is. */
export async function listPeersAnswer({ peers, input }: PeerCall): Promise<ToolAnswer> {
  new ToolInput(input, []);
  const all = await peers.peers();
  const { shown, more } = firstRows(all);
  return {
    text: listText(peers.self, all),
    data: { identity: peers.self, peers: shown.map(peerToJson), more },
  };
}

function listText(self: string, peers: readonly ListedIdentity[]): string {
  if (peers.length === 0) {
    return `You are ${self}. You have no peers: nobody's description names both of you.`;
  }
  return [
    `You are ${self}. Your peers, to whom you can write with send_to_peer:`,
    ...boundedLines(peers.map(peerLine)),
  ].join('\n');
}

function peerLine(peer: ListedIdentity): string {
  const { identity, spec, waitingMessages } = peer;
  const name = identityName(peer);
  const parts = [
    name === identity ? identity : `${identity} (${name})`,
    ...(spec === undefined ? [] : [toPlainLine(spec.profile, 60)]),
    identityWordText(peerWord(peer)),
    ...(canBeWrittenTo(peer) ? [] : ['takes no messages']),
    ...(waitingMessages > 0 ? [`${waitingMessages} messages wait for it`] : []),
  ];
  return `- ${parts.join(', ')}`;
}

function peerToJson(peer: ListedIdentity): JsonObject {
  const { identity, spec, state, waitingMessages } = peer;
  return {
    identity,
    display_name: spec?.displayName ?? null,
    agent: spec?.profile ?? null,
    state,
    is_owned: isOwned(peer),
    takes_messages: canBeWrittenTo(peer),
    waiting_messages: waitingMessages,
  };
}
