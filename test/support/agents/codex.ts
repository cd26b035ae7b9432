import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { plainEnvironment, startAgentProcess, type AgentProcess } from './agentProcess.ts';
import { ensureAgent, type AgentPackage } from './installAgent.ts';

const targets: Readonly<Record<string, string>> = {
  'linux-x64': 'x86_64-unknown-linux-musl',
  'linux-arm64': 'aarch64-unknown-linux-musl',
  'darwin-x64': 'x86_64-apple-darwin',
  'darwin-arm64': 'aarch64-apple-darwin',
  'win32-x64': 'x86_64-pc-windows-msvc',
  'win32-arm64': 'aarch64-pc-windows-msvc',
};

const platform = `${process.platform}-${process.arch}`;
const binary = process.platform === 'win32' ? 'codex.exe' : 'codex';

/** The program is a native binary; `bin/codex` of the main package only starts it. */
export const codexPackage: AgentPackage = {
  name: 'codex',
  npmName: '@openai/codex',
  version: '0.169.0',
  executables: [`@openai/codex-${platform}/vendor/${targets[platform] ?? ''}/bin/${binary}`],
};

/** Installs Codex unless it is there, and returns its program. */
export async function ensureCodex(): Promise<string> {
  return await ensureAgent(codexPackage);
}

export interface CodexOptions {
  readonly executable: string;
  /** The folder it works in. */
  readonly cwd: string;
  /** Its home, prepared by {@link prepareCodexHome}. */
  readonly home: string;
  /** Default `workspace-write`. */
  readonly sandbox?: 'read-only' | 'workspace-write' | 'danger-full-access';
  /** True: hooks run that nobody has reviewed. */
  readonly trustsAllHooks?: boolean;
  /** Goes on with this session instead of starting a new one. */
  readonly resume?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A model of Codex's own catalogue that has `apply_patch` and `exec_command` as plain tools. */
export const plainCodexModel = 'gpt-5.5';
/** A model that reaches its tools through JavaScript, and has subagents. */
export const codeModeCodexModel = 'gpt-6-sol';

export interface CodexHome {
  readonly home: string;
  /** The scripted model's address. */
  readonly modelUrl: string;
  /** Default {@link plainCodexModel}. */
  readonly model?: string;
  /** Projects whose own `.codex` folder counts. */
  readonly trustedProjects?: readonly string[];
  /** Lines for the end of `config.toml`. */
  readonly extraConfig?: string;
}

/** Writes `<home>/.codex/config.toml`, which sends Codex to the scripted model. */
export function prepareCodexHome(options: CodexHome): void {
  const trusted = (options.trustedProjects ?? []).map(
    (folder) => `[projects.${JSON.stringify(folder)}]\ntrust_level = "trusted"\n`,
  );
  const config = `model = ${JSON.stringify(options.model ?? plainCodexModel)}
model_provider = "scripted"

[model_providers.scripted]
name = "Scripted"
base_url = ${JSON.stringify(options.modelUrl)}
wire_api = "responses"
env_key = "SCRIPTED_MODEL_KEY"
request_max_retries = 0
stream_max_retries = 0

${trusted.join('\n')}
${options.extraConfig ?? ''}
`;
  mkdirSync(codexHome(options.home), { recursive: true });
  writeFileSync(join(codexHome(options.home), 'config.toml'), config);
}

/** `CODEX_HOME` of a test's home. */
export function codexHome(home: string): string {
  return join(home, '.codex');
}

/** `codex exec --json <prompt>`: one turn, then it ends. */
export function runCodexOnce(prompt: string, options: CodexOptions): AgentProcess {
  return startAgentProcess({
    executable: options.executable,
    args: [
      'exec',
      ...(options.resume === undefined ? [] : ['resume', options.resume]),
      '--json',
      ...(options.resume === undefined ? ['-s', options.sandbox ?? 'workspace-write'] : []),
      ...(options.trustsAllHooks === true ? ['--dangerously-bypass-hook-trust'] : []),
      ...(options.args ?? []),
      prompt,
    ],
    cwd: options.cwd,
    env: codexEnvironment(options),
  });
}

/** `codex app-server`: speaks JSON-RPC, a line each, on standard input and output. */
export function startCodexAppServer(options: CodexOptions): AgentProcess {
  return startAgentProcess({
    executable: options.executable,
    args: ['app-server', ...(options.args ?? [])],
    cwd: options.cwd,
    env: codexEnvironment(options),
    keepsInput: true,
  });
}

function codexEnvironment(options: CodexOptions): Record<string, string> {
  return {
    ...plainEnvironment(options.home),
    CODEX_HOME: codexHome(options.home),
    SCRIPTED_MODEL_KEY: 'scripted',
    ...options.env,
  };
}
