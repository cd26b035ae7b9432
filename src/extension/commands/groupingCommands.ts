import * as vscode from 'vscode';
import type { Grouping } from '../../presentation/agentsTree.ts';
import type { CommandHandler } from './commandServices.ts';

/**
 * Writes how the view arranges the agents: for this workspace, or, where a workspace has no settings
 * of its own or may not be written, for this person.
 */
export function createGroupingCommand(grouping: Grouping): CommandHandler {
  return async () => {
    const hasOwnSettings =
      vscode.workspace.isTrusted && (vscode.workspace.workspaceFolders?.length ?? 0) > 0;
    const target = hasOwnSettings
      ? vscode.ConfigurationTarget.Workspace
      : vscode.ConfigurationTarget.Global;
    await vscode.workspace.getConfiguration('heddle').update('agents.grouping', grouping, target);
    return { grouping };
  };
}
