import * as vscode from 'vscode';
import { errorText } from '../../base/errorText.ts';
import type { LocatedAgent } from '../registrySet.ts';
import { notify } from './notify.ts';

/**
 * Does the same to several agents, one after another; one that fails does not keep the others from
 * it. Afterwards the snapshots show what was done. When all fail, throws what the first one threw.
 */
export async function forEachAgent<T>(
  agents: readonly LocatedAgent[],
  work: (agent: LocatedAgent) => Promise<T>,
): Promise<readonly T[]> {
  const done: T[] = [];
  const failures: unknown[] = [];
  for (const agent of agents) {
    try {
      done.push(await work(agent));
    } catch (error) {
      failures.push(error);
    }
  }
  await Promise.all([...new Set(agents.map(({ root }) => root))].map((root) => root.refresh()));
  if (failures.length > 0 && done.length === 0) throw failures[0];
  if (failures.length > 0) {
    const { t } = vscode.l10n;
    notify(
      'warning',
      t('{0} of {1} failed. {2}', failures.length, agents.length, errorText(failures[0])),
    );
  }
  return done;
}
