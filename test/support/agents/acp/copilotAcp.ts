import { ensureAgent } from '../installAgent.ts';
import { callTool } from '../scriptedClaudeModel.ts';
import { startProvingModel } from './claudeModelAcp.ts';
import type { ProvenAgent } from './provenAgent.ts';

/** Copilot CLI with a model of one's own, for which it wants no log-in. */
export const copilotAcp: ProvenAgent = {
  name: 'Copilot CLI',
  harness: 'copilot-cli',
  ensure: () =>
    ensureAgent({
      name: 'copilot-cli',
      npmName: '@github/copilot',
      version: '1.0.102',
      executables: [process.platform === 'win32' ? '.bin/copilot.cmd' : '.bin/copilot'],
    }),
  takesUp: 'loaded',
  logIn: /wants you to log in first\. Run "copilot login" in a terminal/,
  prepare: async ({ world, program, isLoggedIn }) => {
    const path = world.path('a.txt');
    const { url, model } = await startProvingModel([
      callTool('view', { path }),
      callTool('edit', { path, old_str: 'one', new_str: 'ONE' }),
      { text: 'Edited.' },
    ]);
    const env = {
      COPILOT_PROVIDER_TYPE: 'anthropic',
      COPILOT_PROVIDER_BASE_URL: url,
      COPILOT_PROVIDER_API_KEY: 'scripted',
      COPILOT_MODEL: 'claude-sonnet-4.5',
      COPILOT_OFFLINE: 'true',
    };
    return { agent: { id: 'copilot', program, ...(isLoggedIn && { env }) }, model };
  },
};
