import { startScriptedClaudeModel, stepsByPrompt, type ModelStep } from '../scriptedClaudeModel.ts';
import type { AskedModel } from './provenAgent.ts';

/** A scripted model that speaks the Messages API, for agents that are proven with it. */
export async function startProvingModel(
  steps: readonly ModelStep[],
): Promise<{ readonly url: string; readonly model: AskedModel }> {
  const model = await startScriptedClaudeModel(
    stepsByPrompt({ 'do it': steps, 'and again': [{ text: 'Done before.' }] }),
  );
  // Some ask for a title of the conversation in between.
  const asked = () => model.asked.filter(({ tools }) => tools.length > 0);
  return {
    url: model.url,
    model: {
      results: () => asked().map(({ toolResults }) => toolResults.map(({ text }) => text)),
      lastTexts: () =>
        asked()
          .at(-1)
          ?.userTexts.map(({ text }) => text) ?? [],
      stop: () => model.stop(),
    },
  };
}
