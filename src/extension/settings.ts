import * as vscode from 'vscode';
import { groupings, type Grouping } from '../presentation/agentsTree.ts';

/** How the view File Locks arranges what is held. */
export const lockGroupings = ['folder', 'holder'] as const;
export type LockGrouping = (typeof lockGroupings)[number];

export interface LockSettings {
  readonly grouping: LockGrouping;
  /** Whether an unsaved buffer keeps agents from its file. */
  readonly hasSoftLocks: boolean;
  /** Whether a line above a held file says who holds it. */
  readonly hasBanner: boolean;
  /** Whether an editor is read-only while somebody else holds its file. */
  readonly isReadOnlyWhileHeld: boolean;
  /** How long a running agent keeps a lock that it never takes again. */
  readonly maxAgeMs: number;
}

export interface SpendingSettings {
  /** US dollars; undefined for no limit. */
  readonly perAgentUsd: number | undefined;
  readonly perRepositoryUsd: number | undefined;
  /** As the person wrote them: prices by model. Untrusted. */
  readonly prices: unknown;
}

export interface Settings {
  /** The folder that contains `.heddle`, absolute; empty to find it. */
  readonly root: string;
  readonly grouping: Grouping;
  readonly locks: LockSettings;
  readonly spending: SpendingSettings;
  /** Whether agents that are not connected are looked for. */
  readonly hasDiscovery: boolean;
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
    locks: readLockSettings(ofWindow),
    spending: {
      perAgentUsd: toLimit(ofWindow.get<unknown>('spending.perAgentUsd')),
      perRepositoryUsd: toLimit(ofWindow.get<unknown>('spending.perRepositoryUsd')),
      prices: ofWindow.get<unknown>('usage.prices'),
    },
    hasDiscovery: ofWindow.get<unknown>('discovery.enabled') !== false,
  };
}

function toLimit(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : undefined;
}

const defaultMaxAgeMinutes = 120;

function readLockSettings(configuration: vscode.WorkspaceConfiguration): LockSettings {
  const grouping = configuration.get<unknown>('locks.grouping');
  const minutes = configuration.get<unknown>('locks.maxAgeMinutes');
  const isSensible = typeof minutes === 'number' && minutes >= 1 && minutes <= 24 * 60;
  return {
    grouping: lockGroupings.find((known) => known === grouping) ?? 'folder',
    hasSoftLocks: configuration.get<unknown>('locks.softLocks') !== false,
    hasBanner: configuration.get<unknown>('locks.banner') !== false,
    isReadOnlyWhileHeld: configuration.get<unknown>('locks.readOnlyWhileHeld') === true,
    maxAgeMs: (isSensible ? minutes : defaultMaxAgeMinutes) * 60_000,
  };
}
