import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { plainEnvironment, startAgentProcess, type AgentProcess } from './agentProcess.ts';
import { ensureAgent, type AgentPackage } from './installAgent.ts';

/** A script that runs in this project's own Node. */
export const geminiCliPackage: AgentPackage = {
  name: 'gemini-cli',
  npmName: '@google/gemini-cli',
  version: '0.61.0',
  executables: [process.platform === 'win32' ? '.bin/gemini.cmd' : '.bin/gemini'],
};

/** Installs Gemini CLI unless it is there, and returns its program. */
export async function ensureGeminiCli(): Promise<string> {
  return await ensureAgent(geminiCliPackage);
}

export interface GeminiCliOptions {
  readonly executable: string;
  /** The folder it works in. */
  readonly cwd: string;
  /** Its home, prepared by {@link prepareGeminiHome}. */
  readonly home: string;
  /** The scripted model's address. */
  readonly modelUrl: string;
  /** Default `yolo`, which asks nobody. */
  readonly approvalMode?: 'default' | 'auto_edit' | 'yolo' | 'plan';
  /** Goes on with this session, or `latest`, instead of starting a new one. */
  readonly resume?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A model that is asked directly, without another one that chooses it. */
export const geminiModel = 'gemini-2.5-pro';

/** Writes `<home>/.gemini/settings.json`: a key instead of an account, and no reports home. */
export function prepareGeminiHome(
  home: string,
  settings: Readonly<Record<string, unknown>> = {},
): void {
  const folder = join(home, '.gemini');
  const plain = {
    security: { auth: { selectedType: 'gemini-api-key' } },
    general: { disableAutoUpdate: true, disableUpdateNag: true, enableAutoUpdate: false },
    privacy: { usageStatisticsEnabled: false },
    telemetry: { enabled: false },
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'settings.json'),
    `${JSON.stringify({ ...plain, ...settings }, undefined, 2)}\n`,
  );
}

/** `gemini -p <prompt> --output-format stream-json`: one turn, then it ends. */
export function runGeminiOnce(prompt: string, options: GeminiCliOptions): AgentProcess {
  return startAgentProcess({
    executable: options.executable,
    args: [
      ...['--output-format', 'stream-json', '--model', geminiModel],
      ...['--approval-mode', options.approvalMode ?? 'yolo'],
      ...(options.resume === undefined ? [] : ['--resume', options.resume]),
      ...(options.args ?? []),
      ...['--prompt', prompt],
    ],
    cwd: options.cwd,
    env: {
      ...plainEnvironment(options.home),
      GOOGLE_GEMINI_BASE_URL: options.modelUrl,
      GEMINI_API_KEY: 'scripted',
      GEMINI_CLI_TRUST_WORKSPACE: 'true', // hooks run in trusted folders only
      ...options.env,
    },
  });
}
