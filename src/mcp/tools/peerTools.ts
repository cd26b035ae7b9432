import { listPeers } from './listPeers.ts';
import type { PeerTool } from './peerTool.ts';
import { sendToPeer } from './sendToPeer.ts';

/** What is offered to named agents beside the other tools, in the order in which it is listed. */
export const peerTools: readonly PeerTool[] = [listPeers, sendToPeer];
