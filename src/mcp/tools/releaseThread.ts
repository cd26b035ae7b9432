import { releaseThreadAnswer } from '../../presentation/toolAnswers/releaseThreadAnswer.ts';
import { toolSchemas } from '../../presentation/toolAnswers/toolSchemas.ts';
import { ends, type McpTool } from './mcpTool.ts';

export const releaseThread: McpTool = {
  name: 'release_thread',
  title: 'Release your thread',
  description:
    'Gives back the thread that you hold. Call it when the work on it is complete, merged or abandoned. Files that you locked stay locked: give them back with unlock_files.',
  inputSchema: toolSchemas.release_thread,
  effects: ends,
  answer: releaseThreadAnswer,
};
