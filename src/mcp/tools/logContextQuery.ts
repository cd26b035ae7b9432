import { logContextQueryAnswer } from '../../presentation/toolAnswers/logContextQueryAnswer.ts';
import { toolSchemas } from '../../presentation/toolAnswers/toolSchemas.ts';
import { appends, type McpTool } from './mcpTool.ts';

export const logContextQuery: McpTool = {
  name: 'log_context_query',
  title: 'Log a context query',
  description:
    'Notes that you looked at the context (history, discussions, notes) of a path, for those who follow your work. It needs an entry of yours in the registry.',
  inputSchema: toolSchemas.log_context_query,
  effects: appends,
  answer: logContextQueryAnswer,
};
