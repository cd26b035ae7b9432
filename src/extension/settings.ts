import * as vscode from 'vscode';
import { groupings, type Grouping } from '../presentation/agentsTree.ts';

export interface Settings {
  /** The folder that contains `.heddle`, absolute; empty to find it. */
  readonly root: string;
  readonly grouping: Grouping;
}

/** The settings of this product for a resource, with what is not valid replaced by its default. */
export function readSettings(scope?: vscode.Uri): Settings {
  const configuration = vscode.workspace.getConfiguration('heddle', scope ?? null);
  const grouping = configuration.get<unknown>('agents.grouping');
  const root = configuration.get<unknown>('root');
  return {
    root: typeof root === 'string' ? root.trim() : '',
    grouping: groupings.find((known) => known === grouping) ?? 'chain',
  };
}
