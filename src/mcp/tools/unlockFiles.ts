import { unlockFilesAnswer } from '../../presentation/toolAnswers/unlockFilesAnswer.ts';
import { toolSchemas } from '../../presentation/toolAnswers/toolSchemas.ts';
import { ends, type McpTool } from './mcpTool.ts';

export const unlockFiles: McpTool = {
  name: 'unlock_files',
  title: 'Unlock files',
  description:
    'Gives back files and folders that you hold, under the very paths with which you took them, or everything with "all". Call it as soon as you are done with them. What others hold stays theirs.',
  inputSchema: toolSchemas.unlock_files,
  effects: ends,
  answer: unlockFilesAnswer,
};
