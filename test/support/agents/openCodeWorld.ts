import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { makeAgentWorld, type AgentWorld, type AgentWorldOptions } from './agentWorld.ts';
import { recorderPath } from './claudeWorld.ts';
import {
  ensureOpenCode,
  prepareOpenCodeHome,
  pretendOpenCodeInstalled,
  type OpenCodeOptions,
} from './openCode.ts';
import {
  startScriptedClaudeModel,
  type ModelScript,
  type ScriptedClaudeModel,
} from './scriptedClaudeModel.ts';

/** One thing that OpenCode gave to the recording plugin. */
export interface PluginCall {
  /** The name of a hook or the type of an event; `plugin` for the start, `dispose` for the end. */
  readonly hook_event_name: string;
  readonly tool_name?: string;
  readonly input?: Readonly<Record<string, unknown>>;
  readonly output?: Readonly<Record<string, unknown>>;
  readonly event?: {
    readonly type: string;
    readonly properties: Readonly<Record<string, unknown>>;
  };
}

/** A repository, a home and a scripted model for real OpenCodes. */
export interface OpenCodeWorld extends AgentWorld {
  readonly model: ScriptedClaudeModel;
  /** What `runOpenCodeOnce` and `startOpenCodeServer` want. */
  readonly options: OpenCodeOptions;
  /** What the recording plugin was given so far; events in the order in which they were sent. */
  pluginCalls(): PluginCall[];
  stop(): Promise<void>;
}

export interface OpenCodeWorldOptions extends AgentWorldOptions {
  readonly script: ModelScript;
  /** More of `opencode.json`. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/**
 * Makes a repository with the recording plugin in `.opencode/plugins`. Its hooks ask the recording
 * hook for an answer (`setAnswers`), so `calls()` holds the hooks, but not the events.
 */
export async function makeOpenCodeWorld(options: OpenCodeWorldOptions): Promise<OpenCodeWorld> {
  const executable = await ensureOpenCode();
  const world = makeAgentWorld(options);
  const pluginFile = join(world.root, 'plugin.jsonl');
  const configFolder = join(world.repo, '.opencode');
  mkdirSync(join(configFolder, 'plugins'), { recursive: true });
  pretendOpenCodeInstalled(configFolder);
  if (options.hooks !== false) {
    copyFileSync(pluginPath(), join(configFolder, 'plugins', 'recording.js'));
  }

  const model = await startScriptedClaudeModel(options.script);
  const { config } = options;
  prepareOpenCodeHome({
    home: world.home,
    modelUrl: model.url,
    ...(config === undefined ? {} : { config }),
  });
  const hook = [process.execPath, recorderPath(), world.callsFile, world.answersFile];
  const env = { RECORDING_FILE: pluginFile, RECORDING_HOOK: JSON.stringify(hook) };
  return {
    ...world,
    model,
    options: { executable, cwd: world.repo, home: world.home, env },
    pluginCalls: () => readPluginCalls(pluginFile),
    stop: () => model.stop(),
  };
}

function pluginPath(): string {
  return fileURLToPath(new URL('openCodePlugin.js', import.meta.url));
}

function readPluginCalls(file: string): PluginCall[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as PluginCall);
}
