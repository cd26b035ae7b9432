import { listPeersAnswer } from '../../presentation/toolAnswers/listPeersAnswer.ts';
import { peerSchemas } from '../../presentation/toolAnswers/peerSchemas.ts';
import { reads } from './mcpTool.ts';
import type { PeerTool } from './peerTool.ts';

export const listPeers: PeerTool = {
  name: 'list_peers',
  title: 'List your peers',
  description:
    'Lists the named agents that you may write to, with what each of them is and whether it runs now. Your team decides who is your peer; you cannot write to anybody else. Call it before send_to_peer.',
  inputSchema: peerSchemas.list_peers,
  effects: reads,
  answer: listPeersAnswer,
};
