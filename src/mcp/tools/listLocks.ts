import { listLocksAnswer } from '../../presentation/toolAnswers/listLocksAnswer.ts';
import { toolSchemas } from '../../presentation/toolAnswers/toolSchemas.ts';
import { reads, type McpTool } from './mcpTool.ts';

export const listLocks: McpTool = {
  name: 'list_locks',
  title: 'List file locks',
  description:
    'Lists the files and folders that are locked: by whom, for how much longer, why, and who waits for them. For one file who_holds is shorter; to decide whether you may edit, use may_i_edit.',
  inputSchema: toolSchemas.list_locks,
  effects: reads,
  answer: listLocksAnswer,
};
