import type { ConnectionRecipe, ConnectionScope } from '../../core/harness/connectionRecipe.ts';
import { findSettings, isAsWritten, isOfScope } from './connectionPlan.ts';
import { settingsPath, type ConnectionPlaces } from './connectionPlaces.ts';
import { launcherState } from './launcher.ts';

export type ConnectionState =
  | 'connected'
  | 'not-connected'
  /** Connected by another version, in another form. */
  | 'outdated'
  /** A part of the connection is missing, or it cannot be read. */
  | 'damaged';

/** How one coding agent is connected in one scope. */
export interface ConnectionStatus {
  readonly state: ConnectionState;
  readonly file: string;
  /** A sentence that says what is wrong and what to do; undefined where nothing is. */
  readonly detail: string | undefined;
}

/** Looks at the settings, the record and the launcher. It changes nothing. */
export async function connectionStatus(
  recipe: ConnectionRecipe,
  scope: ConnectionScope,
  places: ConnectionPlaces,
): Promise<ConnectionStatus> {
  const found = await findSettings(recipe, scope, places);
  const file = settingsPath(recipe, scope, places);
  if (found.kind === 'problem') return { state: 'not-connected', file, detail: found.message };
  const { settings, record } = found.value;
  if (!isOfScope(found.value)) return { state: 'not-connected', file, detail: undefined };
  const again = `Run "heddle-agents connect ${recipe.harness}${flagOf(scope)}" again.`;
  const damaged = (what: string): ConnectionStatus => ({
    state: 'damaged',
    file,
    detail: `${what} ${again}`,
  });
  if (settings.kind === 'absent') {
    if (record !== undefined) return damaged(`${file} was removed.`);
    return { state: 'not-connected', file, detail: undefined };
  }
  const state = recipe.state(settings.text);
  switch (state.kind) {
    case 'problem':
      return {
        state: record === undefined ? 'not-connected' : 'damaged',
        file,
        detail: `${file} ${state.reason}.`,
      };
    case 'none':
      if (record !== undefined) return damaged(`The hooks were taken out of ${file}.`);
      return { state: 'not-connected', file, detail: undefined };
    case 'older':
      return {
        state: 'outdated',
        file,
        detail: `The hooks in ${file} are of another form. ${again}`,
      };
    case 'partial':
      if (isAsWritten(found.value)) {
        return { state: 'outdated', file, detail: `Hooks are new since ${file}. ${again}` };
      }
      return damaged(`${file} has no hook for ${state.missing.join(', ')}.`);
    case 'current':
      return currentStatus(file, { again, places });
  }
}

/** Settings that call a launcher which is not there are of no use. */
async function currentStatus(
  file: string,
  { again, places }: { readonly again: string; readonly places: ConnectionPlaces },
): Promise<ConnectionStatus> {
  const { kind } = await launcherState({ home: places.home, platform: process.platform });
  if (kind === 'ready') return { state: 'connected', file, detail: undefined };
  const what =
    kind === 'missing'
      ? 'The launcher that the hooks call is missing.'
      : 'The launcher finds no Heddle Agents to start.';
  return { state: 'damaged', file, detail: `${what} ${again}` };
}

function flagOf(scope: ConnectionScope): string {
  return scope === 'local' ? '' : ` --${scope}`;
}
