import { join } from 'node:path';

import { makeAgentWorld, type AgentWorld, type AgentWorldOptions } from './agentWorld.ts';
import { writeFiles } from './claudeWorld.ts';
import { ensureGeminiCli, prepareGeminiHome, type GeminiCliOptions } from './geminiCli.ts';
import {
  startScriptedGeminiModel,
  type GeminiScript,
  type ScriptedGeminiModel,
} from './scriptedGeminiModel.ts';

/** A repository, a home and a scripted model for real Gemini CLIs. */
export interface GeminiWorld extends AgentWorld {
  readonly model: ScriptedGeminiModel;
  /** What `runGeminiOnce` and `startGeminiTerminal` want. */
  readonly options: GeminiCliOptions;
  stop(): Promise<void>;
}

export interface GeminiWorldOptions extends AgentWorldOptions {
  readonly script: GeminiScript;
}

/** Every event that Gemini CLI 0.61 has. */
export const geminiHookEvents = [
  'SessionStart',
  'BeforeAgent',
  'BeforeModel',
  'BeforeToolSelection',
  'AfterModel',
  'BeforeTool',
  'AfterTool',
  'Notification',
  'PreCompress',
  'AfterAgent',
  'SessionEnd',
] as const;

/** Makes a repository whose `.gemini/settings.json` calls the recording hook. */
export async function makeGeminiWorld(options: GeminiWorldOptions): Promise<GeminiWorld> {
  const executable = await ensureGeminiCli();
  const world = makeAgentWorld(options);
  if (options.hooks !== false) {
    const group = { hooks: [{ type: 'command', command: world.recorder }] };
    const hooks = Object.fromEntries(geminiHookEvents.map((event) => [event, [group]]));
    writeFiles(world.repo, { [join('.gemini', 'settings.json')]: JSON.stringify({ hooks }) });
  }

  const model = await startScriptedGeminiModel(options.script);
  prepareGeminiHome(world.home);
  return {
    ...world,
    model,
    options: { executable, cwd: world.repo, home: world.home, modelUrl: model.url },
    stop: () => model.stop(),
  };
}

/** Where Gemini CLI keeps the transcripts of a test's repository. */
export function geminiChatsFolder(world: Pick<AgentWorld, 'home'>): string {
  return join(world.home, '.gemini', 'tmp', 'repo', 'chats');
}
