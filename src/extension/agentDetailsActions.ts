import * as vscode from 'vscode';
import type { AgentDetailsAction } from '../presentation/agentDetailsMessage.ts';
import { toAgentElement, type AgentRef } from '../presentation/agentElement.ts';
import type { CommandId } from './ids.ts';

/** Does what a button of a details page says, through the command that a row of the view has too. */
export async function runDetailsAction(action: AgentDetailsAction, ref: AgentRef): Promise<void> {
  const command = await commandOf(action);
  if (command !== undefined) await vscode.commands.executeCommand(command, toAgentElement(ref));
}

async function commandOf(action: AgentDetailsAction): Promise<CommandId | undefined> {
  switch (action) {
    case 'openEntryFile':
      return 'heddle.agent.openEntryFile';
    case 'openWorktree':
      return askWhere();
    case 'release':
      return askStatus();
    case 'reap':
      return 'heddle.thread.reap';
    case 'copySessionId':
      return 'heddle.agent.copySessionId';
  }
}

interface CommandItem extends vscode.QuickPickItem {
  readonly command: CommandId;
}

async function askStatus(): Promise<CommandId | undefined> {
  const { t } = vscode.l10n;
  const items: readonly CommandItem[] = [
    {
      label: t('Complete'),
      description: t('The work is done.'),
      command: 'heddle.agent.releaseComplete',
    },
    {
      label: t('Merged'),
      description: t('The work is done and merged.'),
      command: 'heddle.agent.releaseMerged',
    },
    {
      label: t('Abandoned'),
      description: t('The work was given up.'),
      command: 'heddle.agent.releaseAbandoned',
    },
  ];
  return (await vscode.window.showQuickPick(items, { title: t('Release as…') }))?.command;
}

async function askWhere(): Promise<CommandId | undefined> {
  const { t } = vscode.l10n;
  const items: readonly CommandItem[] = [
    { label: t('In a new window'), command: 'heddle.agent.openWorktreeInNewWindow' },
    { label: t('In this window'), command: 'heddle.agent.openWorktree' },
    { label: t('In a terminal'), command: 'heddle.agent.openWorktreeInTerminal' },
  ];
  return (await vscode.window.showQuickPick(items, { title: t('Open the worktree…') }))?.command;
}
