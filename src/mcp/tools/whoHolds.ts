import { whoHoldsAnswer } from '../../presentation/toolAnswers/whoHoldsAnswer.ts';
import { toolSchemas } from '../../presentation/toolAnswers/toolSchemas.ts';
import { reads, type McpTool } from './mcpTool.ts';

export const whoHolds: McpTool = {
  name: 'who_holds',
  title: 'Who holds a file',
  description:
    'Tells who holds a file or folder, something around it or something in it, and who waits for it. "Nobody" is an answer too.',
  inputSchema: toolSchemas.who_holds,
  effects: reads,
  answer: whoHoldsAnswer,
};
