import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import {
  plainEnvironment,
  startAgentProcess,
  type AgentCommand,
  type AgentProcess,
} from './agentProcess.ts';
import { startInTerminal } from './agentTerminal.ts';
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
  /** True: it starts itself once more, as for a person, and the first process only waits. */
  readonly relaunches?: boolean;
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
  const args = ['--output-format', 'stream-json', ...argumentsOf(options), '--prompt', prompt];
  return startAgentProcess({ ...commandOf(options), args });
}

/** `gemini -i <prompt>` in a terminal, where it asks for permission unless it was told not to. */
export function startGeminiTerminal(prompt: string, options: GeminiCliOptions): AgentProcess {
  const args = [...argumentsOf(options), '--prompt-interactive', prompt];
  return startInTerminal({ ...commandOf(options), args });
}

function argumentsOf(options: GeminiCliOptions): string[] {
  return [
    ...['--model', geminiModel, '--approval-mode', options.approvalMode ?? 'yolo'],
    ...(options.resume === undefined ? [] : ['--resume', options.resume]),
    ...(options.args ?? []),
  ];
}

function commandOf(options: GeminiCliOptions): Pick<AgentCommand, 'executable' | 'cwd' | 'env'> {
  return {
    executable: options.executable,
    cwd: options.cwd,
    env: {
      ...plainEnvironment(options.home),
      GOOGLE_GEMINI_BASE_URL: options.modelUrl,
      GEMINI_API_KEY: 'scripted',
      GEMINI_CLI_TRUST_WORKSPACE: 'true', // hooks run in trusted folders only
      // Otherwise it starts itself once more with more memory, and the hooks are the second one's.
      ...(options.relaunches === true ? {} : { GEMINI_CLI_NO_RELAUNCH: 'true' }),
      ...options.env,
    },
  };
}
