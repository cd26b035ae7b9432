import { checkLockAnswer } from '../../presentation/toolAnswers/checkLockAnswer.ts';
import { toolSchemas } from '../../presentation/toolAnswers/toolSchemas.ts';
import { reads, type McpTool } from './mcpTool.ts';

export const checkLock: McpTool = {
  name: 'check_lock',
  title: 'Check a lock',
  description:
    'Tells whether what you were granted under a token still stands, and if not, how it ended and who has the file now. Call it before you write by a lock that you took long ago.',
  inputSchema: toolSchemas.check_lock,
  effects: reads,
  answer: checkLockAnswer,
};
