import { waitForFilesAnswer } from '../../presentation/toolAnswers/waitForFilesAnswer.ts';
import { toolSchemas } from '../../presentation/toolAnswers/toolSchemas.ts';
import { adds, type McpTool } from './mcpTool.ts';

export const waitForFiles: McpTool = {
  name: 'wait_for_files',
  title: 'Wait for files',
  description:
    'Takes files like lock_files, and waits in a fair queue while others hold them: it answers as soon as they are yours, or when the time is over. Use it when you cannot do anything else meanwhile. A wait that would never end, because somebody waits for what you hold, is refused at once. Read the files again afterwards: they have probably changed.',
  inputSchema: toolSchemas.wait_for_files,
  effects: adds,
  answer: waitForFilesAnswer,
};
