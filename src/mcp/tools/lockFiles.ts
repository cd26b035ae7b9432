import { lockFilesAnswer } from '../../presentation/toolAnswers/lockFilesAnswer.ts';
import { toolSchemas } from '../../presentation/toolAnswers/toolSchemas.ts';
import { adds, type McpTool } from './mcpTool.ts';

export const lockFiles: McpTool = {
  name: 'lock_files',
  title: 'Lock files',
  description:
    'Takes files or folders for you, all of them or none, so that other agents and people keep away. Call it before the first edit, with everything that you are about to change, and give a reason. Refused, it says who holds what until when: then do not edit these files. Each grant has a token for check_lock. Taking again what you hold keeps it longer.',
  inputSchema: toolSchemas.lock_files,
  effects: adds,
  answer: lockFilesAnswer,
};
