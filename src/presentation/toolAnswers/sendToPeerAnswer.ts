import { utf8Length } from '../../core/activity/utf8.ts';
import { RegistryError } from '../../core/agents/registryError.ts';
import type { ListedIdentity } from '../../core/identities/listedIdentity.ts';
import { toPlainLine } from '../plainText.ts';
import { canBeWrittenTo, isOwned } from './peerWords.ts';
import type { PeerCall } from './peerPort.ts';
import { maxWordLength } from './toolBounds.ts';
import type { ToolAnswer } from './toolCall.ts';
import { ToolInput } from './toolInput.ts';

/** Longest message in bytes of UTF-8, as inboxes take it. */
export const maxPeerMessageBytes = 64 * 1024;

/** What became of a message, as a word for programs. */
type Outcome =
  'in_inbox' | 'waits' | 'no_such_peer' | 'takes_no_messages' | 'inbox_full' | 'endless_exchange';

/** Leaves a message in the inbox of a peer. Whoever owns the peer brings it; nothing is run here. */
export async function sendToPeerAnswer({ peers, input }: PeerCall): Promise<ToolAnswer> {
  const read = new ToolInput(input, ['peer', 'text']);
  const name = read.requiredText('peer', maxWordLength);
  const text = messageIn(read);
  const all = await peers.peers();
  const peer = all.find(({ identity }) => identity === name);
  if (peer === undefined) return answer('no_such_peer', name, noSuchPeer(name, all));
  if (!canBeWrittenTo(peer)) {
    const why = `${name} takes no messages from peers: its description says so.`;
    return answer('takes_no_messages', name, why);
  }
  const put = await peers.put(peer.identity, text);
  if (put.result === 'full') {
    const what = toPlainLine(put.detail, 300);
    return answer('inbox_full', name, `The message was not taken. ${what} Try again later.`);
  }
  if (put.result === 'endless') return answer('endless_exchange', name, endless(put.count));
  return isOwned(peer)
    ? answer('in_inbox', name, inInbox(name), put.messageId)
    : answer('waits', name, waits(name), put.messageId);
}

function messageIn(read: ToolInput): string {
  const text = read.requiredText('text', maxPeerMessageBytes);
  const bytes = utf8Length(text);
  if (bytes <= maxPeerMessageBytes) return text;
  throw new RegistryError(
    'invalid-entry',
    `"text" has ${bytes} bytes, and ${maxPeerMessageBytes} is the most. Write it into a file and name that.`,
  );
}

function inInbox(name: string): string {
  return `The message is in the inbox of ${name} and is told to it when it is done with what it does now. An answer, if there is one, comes as a message of its own.`;
}

function waits(name: string): string {
  return `${name} is not running now. The message waits in its inbox until somebody starts it; do not wait for an answer.`;
}

function endless(count: number): string {
  return `The message was not taken: your peers have written ${count} messages to you since a person last did. Say where you stand, and stop until a person writes to you.`;
}

function noSuchPeer(name: string, all: readonly ListedIdentity[]): string {
  const shown = toPlainLine(name, 60);
  if (all.length === 0) return `You have no peer ${shown}; you have no peers at all.`;
  const names = all.map(({ identity }) => identity);
  return `You have no peer ${shown}. Your peers are: ${names.join(', ')}.`;
}

function answer(outcome: Outcome, peer: string, text: string, messageId?: string): ToolAnswer {
  return { text, data: { outcome, peer: toPlainLine(peer, 200), message_id: messageId ?? null } };
}
