import { maxPeerMessageBytes } from './sendToPeerAnswer.ts';
import { maxWordLength } from './toolBounds.ts';
import type { ToolSchema } from './toolSchemas.ts';

/** The arguments of the tools for named agents. Who calls is known by its environment alone. */
export const peerSchemas: Readonly<Record<'list_peers' | 'send_to_peer', ToolSchema>> = {
  list_peers: { type: 'object', properties: {} },
  send_to_peer: {
    type: 'object',
    properties: {
      peer: {
        type: 'string',
        description: 'The name of the peer, as list_peers tells it.',
        minLength: 1,
        maxLength: maxWordLength,
      },
      text: {
        type: 'string',
        description:
          'What you have to say. Say what it is about and what you expect: your peer does not know your conversation.',
        minLength: 1,
        maxLength: maxPeerMessageBytes,
      },
    },
    required: ['peer', 'text'],
  },
};
