import { prepareCodexHome } from '../codex.ts';
import { ensureAgent } from '../installAgent.ts';
import { startScriptedResponsesModel, type ResponsesStep } from '../scriptedResponsesModel.ts';
import { answersByPrompt } from '../scriptedSteps.ts';
import type { ProvenAgent } from './provenAgent.ts';

const patch = `*** Begin Patch
*** Update File: a.txt
@@
-one
+ONE
*** End Patch
`;

/** Codex with its adapter, which writes itself and ends its turn where an edit was refused. */
export const codexAcp: ProvenAgent = {
  name: 'Codex',
  harness: 'codex',
  ensure: () =>
    ensureAgent({
      name: 'codex-acp',
      npmName: '@agentclientprotocol/codex-acp',
      version: '2.6.0',
      executables: [process.platform === 'win32' ? '.bin/codex-acp.cmd' : '.bin/codex-acp'],
    }),
  takesUp: 'resumed',
  logIn:
    /^Codex wants you to log in first\. Run "codex login" in a terminal, or set OPENAI_API_KEY\./,
  prepare: async ({ world, program, isLoggedIn }) => {
    const model = await startScriptedResponsesModel(
      answersByPrompt<ResponsesStep>({
        'do it': [{ calls: [{ tool: 'apply_patch', input: patch }] }, { text: 'Edited.' }],
        'and again': [{ text: 'Done before.' }],
      }),
    );
    if (isLoggedIn) {
      const trustedProjects = [world.repo];
      prepareCodexHome({ home: world.home, modelUrl: model.url, trustedProjects });
    }
    return {
      agent: { id: 'codex', program, env: { SCRIPTED_MODEL_KEY: 'scripted' } },
      model: {
        results: () => model.asked.map(({ toolResults }) => toolResults.map(({ text }) => text)),
        lastTexts: () => model.asked.at(-1)?.userTexts.map(({ text }) => text) ?? [],
        stop: () => model.stop(),
      },
    };
  },
};
