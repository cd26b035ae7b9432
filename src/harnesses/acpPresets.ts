import type { AcpAgent } from '../core/acp/acpAgent.ts';
import { claudeCode } from './claudeCode.ts';
import { codex } from './codex.ts';
import { copilotCli } from './copilotCli.ts';
import { cursor } from './cursor.ts';
import { geminiCli } from './geminiCli.ts';
import type { Harness } from './harness.ts';
import { openCode } from './openCode.ts';

/** A program that starts an agent, as it is found on the path. */
export interface AcpProgram {
  /** Without an ending. */
  readonly name: string;
  readonly args: readonly string[];
}

/** A coding agent of which it is known how it is started with the Agent Client Protocol. */
export interface AcpPreset {
  /** What sessions call it. */
  readonly id: AcpPresetId;
  readonly harness: Harness;
  /** The first that is found is taken. */
  readonly programs: readonly [AcpProgram, ...AcpProgram[]];
  /** What a person runs to install it. */
  readonly install: string;
  /** What a person does to log in, a whole sentence. */
  readonly logIn: string;
  /** The mode in which it asks before it changes something, where it has modes. */
  readonly askMode?: string | undefined;
  /** Added to its environment, so that it asks before it changes something. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** The ids of all presets. */
export const acpPresetIds = ['claude', 'codex', 'gemini', 'copilot', 'cursor', 'opencode'] as const;
/** The id of a preset. */
export type AcpPresetId = (typeof acpPresetIds)[number];

/** OpenCode asks for no edit unless it is told to, and ends its turn where one was refused. */
const askingOpenCode = {
  permission: { edit: { '*': 'ask' } },
  experimental: { continue_loop_on_deny: true },
};

const presets: Readonly<Record<AcpPresetId, Omit<AcpPreset, 'id'>>> = {
  claude: {
    harness: claudeCode,
    programs: [
      { name: 'claude-agent-acp', args: [] },
      { name: 'claude-code-acp', args: [] },
    ],
    install: 'npm install -g @agentclientprotocol/claude-agent-acp',
    logIn: 'Run "claude" in a terminal and type /login, or set ANTHROPIC_API_KEY.',
    askMode: 'default',
  },
  codex: {
    harness: codex,
    programs: [{ name: 'codex-acp', args: [] }],
    install: 'npm install -g @agentclientprotocol/codex-acp',
    logIn: 'Run "codex login" in a terminal, or set OPENAI_API_KEY.',
    askMode: 'read-only',
  },
  gemini: {
    harness: geminiCli,
    programs: [{ name: 'gemini', args: ['--acp'] }],
    install: 'npm install -g @google/gemini-cli',
    logIn: 'Run "gemini" in a terminal and log in there, or set GEMINI_API_KEY.',
    askMode: 'default',
  },
  copilot: {
    harness: copilotCli,
    programs: [{ name: 'copilot', args: ['--acp', '--stdio'] }],
    install: 'npm install -g @github/copilot',
    logIn: 'Run "copilot login" in a terminal, or set COPILOT_GITHUB_TOKEN.',
  },
  cursor: {
    harness: cursor,
    programs: [{ name: 'cursor-agent', args: ['acp'] }],
    install: 'see https://cursor.com/cli',
    logIn: 'Run "cursor-agent login" in a terminal.',
  },
  opencode: {
    harness: openCode,
    programs: [{ name: 'opencode', args: ['acp'] }],
    install: 'npm install -g opencode-ai',
    logIn: 'Run "opencode auth login" in a terminal.',
    env: { OPENCODE_CONFIG_CONTENT: JSON.stringify(askingOpenCode) },
  },
};

/** The preset of an id. */
export function acpPreset(id: AcpPresetId): AcpPreset {
  return { id, ...presets[id] };
}

/** All presets, in the order in which they are offered. */
export function acpPresets(): readonly AcpPreset[] {
  return acpPresetIds.map(acpPreset);
}

/** The agent of a preset whose program was found. @param found its absolute path, and its arguments */
export function toAcpAgent(
  { id, harness, logIn, askMode, env = {} }: AcpPreset,
  found: { readonly command: string; readonly args: readonly string[] },
): AcpAgent {
  return {
    id,
    displayName: harness.displayName,
    command: found.command,
    args: found.args,
    env,
    registryName: harness.registryName,
    actorKeyOf: (conversationId) => harness.sessionActorKey(conversationId),
    askMode,
    logIn,
  };
}
