import type { AcpAgent } from '../../../../src/core/acp/acpAgent.ts';
import { acpPreset, toAcpAgent } from '../../../../src/harnesses/acpPresets.ts';
import { claudeCodeEnvironment } from '../claudeCode.ts';
import { ensureAgent, type AgentPackage } from '../installAgent.ts';

/** Claude Code with the Agent Client Protocol; the last one for Node 20. */
export const claudeAcpPackage: AgentPackage = {
  name: 'claude-agent-acp',
  npmName: '@agentclientprotocol/claude-agent-acp',
  version: '0.49.0',
  executables: ['.bin/claude-agent-acp'],
};

/** Installs the adapter unless it is there, and returns its program. */
export async function ensureClaudeAcp(): Promise<string> {
  return await ensureAgent(claudeAcpPackage);
}

/** Claude Code over ACP with a scripted model, in a home of its own. */
export function claudeAcpAgent(
  command: string,
  { home, modelUrl }: { readonly home: string; readonly modelUrl: string },
): AcpAgent {
  return {
    ...toAcpAgent(acpPreset('claude'), { command, args: [] }),
    env: { ...claudeCodeEnvironment({ home, modelUrl }), TMPDIR: home },
  };
}
