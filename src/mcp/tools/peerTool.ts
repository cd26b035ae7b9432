import type { AnswerPeerTool } from '../../presentation/toolAnswers/peerPort.ts';
import type { McpTool } from './mcpTool.ts';

/** A tool that is offered to named agents only, and what answers a call of one. */
export interface PeerTool extends Omit<McpTool, 'answer'> {
  readonly answer: AnswerPeerTool;
}
