import * as vscode from 'vscode';
import type { Grouping } from '../../presentation/agentsTree.ts';
import type { CommandHandler } from './commandServices.ts';

/**
 * Writes how the view arranges the agents: where the workspace has a setting of its own there, else
 * for this person. It never makes a settings file in a repository, and writes none that is not
 * trusted.
 */
export function createGroupingCommand(grouping: Grouping): CommandHandler {
  return async () => {
    const configuration = vscode.workspace.getConfiguration('heddle');
    const isSetHere =
      vscode.workspace.isTrusted && configuration.inspect(key)?.workspaceValue !== undefined;
    const target = isSetHere
      ? vscode.ConfigurationTarget.Workspace
      : vscode.ConfigurationTarget.Global;
    await configuration.update(key, grouping, target);
    return { grouping };
  };
}

const key = 'agents.grouping';
