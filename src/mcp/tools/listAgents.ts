import { listAgentsAnswer } from '../../presentation/toolAnswers/listAgentsAnswer.ts';
import { toolSchemas } from '../../presentation/toolAnswers/toolSchemas.ts';
import { reads, type McpTool } from './mcpTool.ts';

export const listAgents: McpTool = {
  name: 'list_agents',
  title: 'List agents',
  description:
    'Lists the coding agents and people at work on this repository: who, alive or dead and on what evidence, which thread each holds, for which task, and who spawned whom. Call it before you begin, to see whom you work beside, and to find your own session id.',
  inputSchema: toolSchemas.list_agents,
  effects: reads,
  answer: listAgentsAnswer,
};
