import * as vscode from 'vscode';
import type { AgentEntry, TerminalStatus } from '../../core/agents/agentEntry.ts';
import { agentName, heldThread } from '../../presentation/agentWording.ts';
import type { LocatedAgent } from '../registrySet.ts';
import { forEachAgent } from './batch.ts';
import type { CommandHandler, CommandServices } from './commandServices.ts';
import { confirm, notify } from './notify.ts';
import { releaseAgent } from './releaseAgent.ts';
import { selectAgents } from './selectAgents.ts';

/** Ends active entries with a status. Resolves to `{released: session ids}`. */
export function createReleaseCommand(
  status: TerminalStatus,
  { registries, reservations }: Pick<CommandServices, 'registries' | 'reservations'>,
): CommandHandler {
  return async (...args) => {
    const { t } = vscode.l10n;
    const agents = await selectAgents(registries, args, {
      title: releaseTitle(status),
      noneText: t('There is no active agent to release.'),
      applies: ({ agent }) => agent.entry.status === 'active',
      canPickMany: true,
    });
    if (agents.length === 0) return undefined;

    const running = agents.filter(
      ({ agent }) => agent.verdict.liveness === 'alive' && !reservations.isMine(agent.entry),
    );
    if (!(await confirmRelease(agents, running, status))) return undefined;

    const released = await forEachAgent(agents, (agent) => releaseAgent(agent, status));
    notify('information', releasedText(released, status));
    return { released: released.map(({ sessionId }) => sessionId) };
  };
}

/** Nothing is asked about a single one that is one's own or that does not run. */
async function confirmRelease(
  agents: readonly LocatedAgent[],
  running: readonly LocatedAgent[],
  status: TerminalStatus,
): Promise<boolean> {
  const { t } = vscode.l10n;
  const [only] = agents;
  if (only === undefined || (agents.length === 1 && running.length === 0)) return true;
  const question =
    agents.length === 1
      ? t('Release {0}, which is still running?', nameOf(only))
      : t('Release {0} agents?', agents.length);
  const warning =
    running.length === 0
      ? []
      : [
          t('Still running, and not stopped by this: {0}', running.map(nameOf).join(', ')),
          t('Others may take its thread while it still works on it.'),
        ];
  return confirm(question, { detail: warning, button: releaseTitle(status) });
}

function nameOf({ agent }: LocatedAgent): string {
  const { t } = vscode.l10n;
  const thread = heldThread(agent.entry);
  const name = agentName(agent.entry, t);
  return thread === undefined ? name : t('{0} on {1}', name, thread);
}

function releaseTitle(status: TerminalStatus): string {
  const { t } = vscode.l10n;
  switch (status) {
    case 'complete':
      return t('Release as Complete');
    case 'abandoned':
      return t('Release as Abandoned');
    case 'merged':
      return t('Release as Merged');
  }
}

function releasedText(released: readonly AgentEntry[], status: TerminalStatus): string {
  const { t } = vscode.l10n;
  const [only] = released;
  const what =
    released.length === 1 && only !== undefined
      ? (heldThread(only) ?? agentName(only, t))
      : t('{0} agents', released.length);
  switch (status) {
    case 'complete':
      return t('Released as complete: {0}.', what);
    case 'abandoned':
      return t('Released as abandoned: {0}.', what);
    case 'merged':
      return t('Released as merged: {0}.', what);
  }
}
