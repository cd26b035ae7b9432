import { reportUsageAnswer } from '../../presentation/toolAnswers/reportUsageAnswer.ts';
import { toolSchemas } from '../../presentation/toolAnswers/toolSchemas.ts';
import { adds, type McpTool } from './mcpTool.ts';

export const reportUsage: McpTool = {
  name: 'report_usage',
  title: 'Report usage',
  description:
    'Sets the totals that you have used so far (tokens, tool calls, cost) and the model that you are. Use it only where your harness does not report them by itself: totals replace what was there. It needs an entry of yours in the registry.',
  inputSchema: toolSchemas.report_usage,
  effects: adds,
  answer: reportUsageAnswer,
};
