import * as vscode from 'vscode';
import { groupings, type Grouping } from '../presentation/agentsTree.ts';

export interface Settings {
  /** The folder that contains `.heddle`, absolute; empty to find it. */
  readonly root: string;
  readonly grouping: Grouping;
}

/** The settings of this product for a resource, with what is not valid replaced by its default. */
export function readSettings(scope?: vscode.Uri): Settings {
  // Each is read for what it applies to: the host warns of anything else.
  const ofWindow = vscode.workspace.getConfiguration('heddle', null);
  const ofResource = vscode.workspace.getConfiguration('heddle', scope ?? null);
  const grouping = ofWindow.get<unknown>('agents.grouping');
  const root = ofResource.get<unknown>('root');
  return {
    root: typeof root === 'string' ? root.trim() : '',
    grouping: groupings.find((known) => known === grouping) ?? 'chain',
  };
}
