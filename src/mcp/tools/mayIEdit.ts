import { mayEditAnswer } from '../../presentation/toolAnswers/mayEditAnswer.ts';
import { toolSchemas } from '../../presentation/toolAnswers/toolSchemas.ts';
import { reads, type McpTool } from './mcpTool.ts';

export const mayIEdit: McpTool = {
  name: 'may_i_edit',
  title: 'May I edit this?',
  description:
    'Tells whether you may edit these files now: yes or no for each, who is in the way, why, until when, and what to do instead. Call it before you change files that you have not locked. It locks nothing, so between this answer and your edit another may come: lock_files both asks and takes.',
  inputSchema: toolSchemas.may_i_edit,
  effects: reads,
  answer: mayEditAnswer,
};
