import { reserveThreadAnswer } from '../../presentation/toolAnswers/reserveThreadAnswer.ts';
import { toolSchemas } from '../../presentation/toolAnswers/toolSchemas.ts';
import { adds, type McpTool } from './mcpTool.ts';

export const reserveThread: McpTool = {
  name: 'reserve_thread',
  title: 'Reserve a thread',
  description:
    'Takes a thread, usually a branch, for you and the task that you name, or says who holds it. Call it when you begin a line of work of your own. You hold one thread at a time: taking another gives the first back.',
  inputSchema: toolSchemas.reserve_thread,
  effects: adds,
  answer: reserveThreadAnswer,
};
