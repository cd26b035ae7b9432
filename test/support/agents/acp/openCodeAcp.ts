import { ensureOpenCode, prepareOpenCodeHome } from '../openCode.ts';
import { callTool } from '../scriptedClaudeModel.ts';
import { startProvingModel } from './claudeModelAcp.ts';
import type { ProvenAgent } from './provenAgent.ts';

/** OpenCode, which writes itself, and has models of its own that want no log-in. */
export const openCodeAcp: ProvenAgent = {
  name: 'OpenCode',
  harness: 'opencode',
  ensure: ensureOpenCode,
  takesUp: 'resumed',
  logIn: undefined,
  prepare: async ({ world, program }) => {
    const filePath = world.path('a.txt');
    const { url, model } = await startProvingModel([
      callTool('read', { filePath }),
      callTool('edit', { filePath, oldString: 'one', newString: 'ONE' }),
      { text: 'Edited.' },
    ]);
    prepareOpenCodeHome({ home: world.home, modelUrl: url });
    const env = {
      OPENCODE_DISABLE_AUTOUPDATE: '1',
      OPENCODE_DISABLE_MODELS_FETCH: '1',
      OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
    };
    return { agent: { id: 'opencode', program, env }, model };
  },
};
