import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { plainEnvironment, startAgentProcess, type AgentProcess } from './agentProcess.ts';
import { ensureAgent, type AgentPackage } from './installAgent.ts';

const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
const binary = process.platform === 'win32' ? 'opencode.exe' : 'opencode';

/** The program is a native binary; the main package's own is a placeholder until a script ran. */
export const openCodePackage: AgentPackage = {
  name: 'opencode',
  npmName: 'opencode-ai',
  version: '1.18.33',
  executables: [
    `opencode-${platform}-baseline/bin/${binary}`,
    `opencode-${platform}/bin/${binary}`,
  ],
};

/** Installs OpenCode unless it is there, and returns its program. */
export async function ensureOpenCode(): Promise<string> {
  return await ensureAgent(openCodePackage);
}

export interface OpenCodeOptions {
  readonly executable: string;
  /** The folder it works in. */
  readonly cwd: string;
  /** Its home, prepared by {@link prepareOpenCodeHome}. */
  readonly home: string;
  /** True: whatever would need a person's permission is allowed. */
  readonly allowsAll?: boolean;
  /** Goes on with this session instead of starting a new one. */
  readonly resume?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface OpenCodeHome {
  readonly home: string;
  /** The address of a scripted model that speaks the Messages API. */
  readonly modelUrl: string;
  /** More of `opencode.json`. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/** Writes the user's `opencode.json`, which sends OpenCode to the scripted model. */
export function prepareOpenCodeHome(options: OpenCodeHome): void {
  const folder = join(options.home, '.config', 'opencode');
  const config = {
    model: `anthropic/${openCodeModel}`,
    small_model: `anthropic/${openCodeModel}`,
    share: 'disabled',
    autoupdate: false,
    provider: {
      anthropic: { options: { baseURL: `${options.modelUrl}/v1`, apiKey: 'scripted' } },
    },
    ...options.config,
  };
  mkdirSync(folder, { recursive: true });
  pretendOpenCodeInstalled(folder);
  writeFileSync(join(folder, 'opencode.json'), `${JSON.stringify(config, undefined, 2)}\n`);
}

/**
 * Makes a configuration folder (`.opencode`, `.config/opencode`) look as if its dependencies were
 * installed: OpenCode otherwise fetches `@opencode-ai/plugin` from the registry into each of them,
 * and no plugin is loaded before that has ended.
 */
export function pretendOpenCodeInstalled(folder: string): void {
  const dependencies = { '@opencode-ai/plugin': openCodePackage.version };
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ dependencies }));
  const lock = { lockfileVersion: 3, packages: { '': { dependencies } } };
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock));
}

/** A model of OpenCode's own catalogue, so that it knows its prices and its context size. */
export const openCodeModel = 'claude-sonnet-4-5';

/** `opencode run --format json <prompt>`: one turn, then it ends. */
export function runOpenCodeOnce(prompt: string, options: OpenCodeOptions): AgentProcess {
  return startAgentProcess({
    executable: options.executable,
    args: [
      'run',
      ...['--format', 'json', '--print-logs'],
      ...(options.allowsAll === true ? ['--auto'] : []),
      ...(options.resume === undefined ? [] : ['--session', options.resume]),
      ...(options.args ?? []),
      prompt,
    ],
    cwd: options.cwd,
    env: openCodeEnvironment(options),
  });
}

/** `opencode serve --port 0`: says on standard output where it listens. */
export function startOpenCodeServer(options: OpenCodeOptions): AgentProcess {
  return startAgentProcess({
    executable: options.executable,
    args: ['serve', '--port', '0', '--hostname', '127.0.0.1', ...(options.args ?? [])],
    cwd: options.cwd,
    env: openCodeEnvironment(options),
  });
}

function openCodeEnvironment(options: OpenCodeOptions): Record<string, string> {
  return {
    ...plainEnvironment(options.home),
    OPENCODE_DISABLE_AUTOUPDATE: '1',
    OPENCODE_DISABLE_MODELS_FETCH: '1',
    OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
    ...options.env,
  };
}
