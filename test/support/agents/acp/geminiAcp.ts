import { readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';

import { ensureGeminiCli, geminiModel, prepareGeminiHome } from '../geminiCli.ts';
import { startScriptedGeminiModel, type GeminiStep } from '../scriptedGeminiModel.ts';
import { answersByPrompt } from '../scriptedSteps.ts';
import type { ProvenAgent } from './provenAgent.ts';

/** Gemini CLI, which writes through its client. */
export const geminiAcp: ProvenAgent = {
  name: 'Gemini CLI',
  harness: 'gemini-cli',
  ensure: ensureGeminiCli,
  takesUp: 'loaded',
  passTime: ({ home }) => {
    // Of one minute it keeps only one file of a conversation, and spoils it when it loads it.
    const folder = join(home, '.gemini', 'tmp', 'repo', 'chats');
    for (const name of readdirSync(folder)) {
      const earlier = name
        .replace(/T\d\d-\d\d/, 'T00-00')
        .replace(/^session-\d{4}/, 'session-2001');
      renameSync(join(folder, name), join(folder, earlier));
    }
  },
  logIn: /^Gemini CLI wants you to log in first\. Run "gemini" in a terminal.*GEMINI_API_KEY/,
  prepare: async ({ world, program, isLoggedIn }) => {
    const change = { file_path: world.path('a.txt'), old_string: 'one', new_string: 'ONE' };
    const input = { ...change, instruction: 'Change a word.' };
    const model = await startScriptedGeminiModel(
      answersByPrompt<GeminiStep>({
        'do it': [{ calls: [{ tool: 'replace', input }] }, { text: 'Edited.' }],
        'and again': [{ text: 'Done before.' }],
      }),
    );
    prepareGeminiHome(world.home, { model: { name: geminiModel } });
    const env = {
      GOOGLE_GEMINI_BASE_URL: model.url,
      // Otherwise it starts itself once more with more memory.
      GEMINI_CLI_NO_RELAUNCH: 'true',
      ...(isLoggedIn && { GEMINI_API_KEY: 'scripted' }),
    };
    return {
      agent: { id: 'gemini', program, env },
      model: {
        results: () => model.asked.map(({ toolResults }) => toolResults.map(({ text }) => text)),
        lastTexts: () => model.asked.at(-1)?.userTexts.map(({ text }) => text) ?? [],
        stop: () => model.stop(),
      },
    };
  },
};
