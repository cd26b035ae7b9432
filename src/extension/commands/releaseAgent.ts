import * as vscode from 'vscode';
import type { AgentEntry, TerminalStatus } from '../../core/agents/agentEntry.ts';
import { withStatus } from '../../core/agents/entryStatus.ts';
import { RegistryError } from '../../core/agents/registryError.ts';
import type { LocatedAgent } from '../registrySet.ts';

/**
 * Ends an entry, provided that it is active when the lock is held.
 * @throws RegistryError `not-found`, `not-active`, and those of the store
 */
export async function releaseAgent(
  { root, agent }: LocatedAgent,
  status: TerminalStatus,
): Promise<AgentEntry> {
  const { sessionId } = agent.entry;
  const released = await root.registry.updateEntry(sessionId, (entry) => {
    if (entry.status === 'active') return withStatus(entry, status, Date.now());
    const message = vscode.l10n.t('{0} is not active any more.', sessionId);
    throw new RegistryError('not-active', message, { sessionId });
  });
  if (released) return released;
  const message = vscode.l10n.t('{0} is not there any more.', sessionId);
  throw new RegistryError('not-found', message, { sessionId });
}
