import { join } from 'node:path';

import { makeAgentWorld, type AgentWorld, type AgentWorldOptions } from './agentWorld.ts';
import { writeFiles } from './claudeWorld.ts';
import { codexHome, ensureCodex, prepareCodexHome, type CodexOptions } from './codex.ts';
import {
  startScriptedResponsesModel,
  type ResponsesScript,
  type ScriptedResponsesModel,
} from './scriptedResponsesModel.ts';

/** A repository, a home and a scripted model for real Codexes. */
export interface CodexWorld extends AgentWorld {
  readonly model: ScriptedResponsesModel;
  /** What `runCodexOnce` and `connectCodexAppServer` want. */
  readonly options: CodexOptions;
  stop(): Promise<void>;
}

export interface CodexWorldOptions extends AgentWorldOptions {
  readonly script: ResponsesScript;
  /** Of Codex's own catalogue; default `plainCodexModel`. */
  readonly modelName?: string;
}

/** Every event that Codex 0.169 has. */
export const codexHookEvents = [
  'SessionStart',
  'UserPromptSubmit',
  'PreToolUse',
  'PermissionRequest',
  'PostToolUse',
  'SubagentStart',
  'SubagentStop',
  'PreCompact',
  'PostCompact',
  'Stop',
  'Interrupt',
  'SessionEnd',
] as const;

/** Makes a repository that Codex trusts, whose `.codex/hooks.json` calls the recording hook. */
export async function makeCodexWorld(options: CodexWorldOptions): Promise<CodexWorld> {
  const executable = await ensureCodex();
  const world = makeAgentWorld(options);
  if (options.hooks !== false) {
    const group = { hooks: [{ type: 'command', command: world.recorder }] };
    const hooks = Object.fromEntries(codexHookEvents.map((event) => [event, [group]]));
    writeFiles(world.repo, { [join('.codex', 'hooks.json')]: JSON.stringify({ hooks }) });
  }

  const model = await startScriptedResponsesModel(options.script);
  prepareCodexHome({
    home: world.home,
    modelUrl: model.url,
    trustedProjects: [world.repo],
    ...(options.modelName === undefined ? {} : { model: options.modelName }),
  });
  return {
    ...world,
    model,
    options: { executable, cwd: world.repo, home: world.home, trustsAllHooks: true },
    stop: () => model.stop(),
  };
}

/** Where Codex keeps the transcripts of a test's home. */
export function codexSessionsFolder(world: Pick<AgentWorld, 'home'>): string {
  return join(codexHome(world.home), 'sessions');
}
