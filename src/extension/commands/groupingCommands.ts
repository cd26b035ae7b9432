import * as vscode from 'vscode';
import type { Grouping } from '../../presentation/agentsTree.ts';
import type { LockGrouping } from '../settings.ts';
import type { CommandHandler } from './commandServices.ts';

/** Writes how the view Agents arranges the agents. */
export function createGroupingCommand(grouping: Grouping): CommandHandler {
  return () => writeGrouping('agents.grouping', grouping);
}

/** Writes how the view File Locks arranges what is held. */
export function createLockGroupingCommand(grouping: LockGrouping): CommandHandler {
  return () => writeGrouping('locks.grouping', grouping);
}

/**
 * Where the workspace has a setting of its own there, else for this person. It never makes a settings
 * file in a repository, and writes none that is not trusted.
 */
async function writeGrouping(key: string, grouping: string): Promise<unknown> {
  const configuration = vscode.workspace.getConfiguration('heddle');
  const isSetHere =
    vscode.workspace.isTrusted && configuration.inspect(key)?.workspaceValue !== undefined;
  const target = isSetHere
    ? vscode.ConfigurationTarget.Workspace
    : vscode.ConfigurationTarget.Global;
  await configuration.update(key, grouping, target);
  return { grouping };
}
