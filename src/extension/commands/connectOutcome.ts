import * as vscode from 'vscode';
import type { ConnectionRecipe } from '../../core/harness/connectionRecipe.ts';
import { ConnectionError, type ConnectionChange } from '../../node/connecting/connecting.ts';
import type { CommandId } from '../ids.ts';
import type { PlannedConnection } from './connectPreview.ts';
import { commandAction, notify } from './notify.ts';

/** What became of one settings file. */
export interface ConnectionOutcome {
  readonly recipe: ConnectionRecipe;
  readonly file: string;
  readonly state: 'changed' | 'unchanged' | 'failed';
  /** Why it failed, and what to do. */
  readonly problem: string | undefined;
  readonly notes: readonly string[];
}

/** Does what was planned. What fails for a reason that a person can mend is an outcome. */
export async function carryOut(
  { recipe, plan }: PlannedConnection,
  work: (change: ConnectionChange) => Promise<void>,
): Promise<ConnectionOutcome> {
  const base = { recipe, file: plan.file, notes: [], problem: undefined };
  if (plan.kind === 'problem') return { ...base, state: 'failed', problem: plan.message };
  if (plan.kind === 'nothing') return { ...base, state: 'unchanged' };
  try {
    await work(plan);
    return { ...base, state: 'changed', notes: plan.notes };
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    return { ...base, state: 'failed', problem: error.message };
  }
}

/** Says what was connected, and what the person has to do themselves. */
export function tellConnected(
  outcomes: readonly ConnectionOutcome[],
  { hasRegistry }: { readonly hasRegistry: boolean },
): void {
  const { t } = vscode.l10n;
  tellFailed(outcomes);
  const changed = outcomes.filter(({ state }) => state === 'changed');
  const unchanged = outcomes.filter(({ state }) => state === 'unchanged');
  if (changed.length + unchanged.length === 0) return;
  const notes = new Set(changed.flatMap((outcome) => outcome.notes));
  const sentences = [
    changed.length > 0 && t('Connected: {0}.', namesOf(changed)),
    unchanged.length > 0 && t('Connected already: {0}.', namesOf(unchanged)),
    ...notes,
    !hasRegistry && t('This repository has no registry yet; without one hooks do nothing here.'),
    t('Agents that run now join when they are started anew.'),
  ].filter((sentence) => sentence !== false);
  const doctor: CommandId = 'heddle.doctor.show';
  const initialise: CommandId = 'heddle.registry.initialise';
  notify('information', sentences.join(' '), [
    ...(hasRegistry ? [] : [commandAction(t('Initialise'), initialise)]),
    commandAction(t('Check with Doctor'), doctor),
  ]);
}

/** Says what was disconnected. */
export function tellDisconnected(outcomes: readonly ConnectionOutcome[]): void {
  const { t } = vscode.l10n;
  tellFailed(outcomes);
  const done = outcomes.filter(({ state }) => state !== 'failed');
  if (done.length === 0) return;
  const files = done.map(({ file }) => vscode.workspace.asRelativePath(file));
  const text = t('Disconnected: {0}. The settings are as they were before.', namesOf(done));
  notify('information', `${text} ${files.join(', ')}`);
}

function tellFailed(outcomes: readonly ConnectionOutcome[]): void {
  const connect: CommandId = 'heddle.agents.connect';
  for (const { problem, recipe } of outcomes) {
    if (problem === undefined) continue;
    notify('warning', `${recipe.displayName}: ${problem}`, [
      commandAction(vscode.l10n.t('Connect Agents…'), connect),
    ]);
  }
}

function namesOf(outcomes: readonly ConnectionOutcome[]): string {
  return outcomes.map(({ recipe }) => recipe.displayName).join(', ');
}
