import { peerSchemas } from '../../presentation/toolAnswers/peerSchemas.ts';
import { sendToPeerAnswer } from '../../presentation/toolAnswers/sendToPeerAnswer.ts';
import { appends } from './mcpTool.ts';
import type { PeerTool } from './peerTool.ts';

export const sendToPeer: PeerTool = {
  name: 'send_to_peer',
  title: 'Write to a peer',
  description:
    'Leaves a message for one of your peers. It is told when the peer is free, as a message of yours and not of a person; you do not get its answer from this call. Use it to ask for something or to tell a result, not to chat: each message costs your peer a turn.',
  inputSchema: peerSchemas.send_to_peer,
  effects: appends,
  answer: sendToPeerAnswer,
};
